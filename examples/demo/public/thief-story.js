// In the demo: who does what in which order, what the server decides then, and why, in a sentence or two each.

const copies = {
  who: 'thief',
  does: 'copies',
  title: 'The thief copies your cookies',
  button: 'Copy them',
  verdict: 'copied',
  why: 'There are two of each token now. No server in the world can see that yet.',
}

export const orders = {
  you: [
    copies,
    {
      who: 'you',
      does: 'refresh',
      title: 'You go on, and refresh',
      button: 'Refresh as you',
      verdict: 'refreshed',
      why: 'You have a new token. The old one stays good until the new one has been used: your answer might have been lost on its way.',
    },
    {
      who: 'thief',
      does: 'refreshes',
      title: 'The thief presents the old token',
      button: 'Refresh as the thief',
      verdict: 'reissued',
      why: 'He is let in, for now. Your new token is unused, so this may be you, whose answer was lost. He gets a sibling of your token, never yours.',
    },
    {
      who: 'you',
      does: 'refresh',
      title: 'You refresh again',
      button: 'Refresh as you',
      verdict: 'refreshed',
      why: 'Of the two siblings yours was used first. From now on the other one is dead, and so is the old token.',
    },
    {
      who: 'thief',
      does: 'refreshes',
      title: 'The thief presents his token',
      button: 'Refresh as the thief',
      verdict: 'reused',
      why: 'A token came back whose sibling had been used, so two of you hold them: that is a theft, and the session ends for both.',
    },
  ],
  thief: [
    copies,
    {
      who: 'thief',
      does: 'refreshes',
      title: 'The thief is first',
      button: 'Refresh as the thief',
      verdict: 'refreshed',
      why: 'Nothing gives him away: the token is genuine, and the newest there is.',
    },
    {
      who: 'you',
      does: 'refresh',
      title: 'You refresh, with the token he has used',
      button: 'Refresh as you',
      verdict: 'reissued',
      why: 'Its successor, which is his, has not been used. So you get a sibling of it, as after a lost answer: a race logs nobody out.',
    },
    {
      who: 'you',
      does: 'refresh',
      title: 'You refresh again',
      button: 'Refresh as you',
      verdict: 'refreshed',
      why: 'Of the two siblings yours was used first. From now on his is dead.',
    },
    {
      who: 'thief',
      does: 'refreshes',
      title: 'The thief presents his token',
      button: 'Refresh as the thief',
      verdict: 'reused',
      why: 'A token came back whose sibling had been used, so two of you hold them: that is a theft, and the session ends for both.',
    },
  ],
  greedy: [
    copies,
    {
      who: 'thief',
      does: 'refreshes',
      title: 'The thief is first',
      button: 'Refresh as the thief',
      verdict: 'refreshed',
      why: 'Nothing gives him away: the token is genuine, and the newest there is.',
    },
    {
      who: 'thief',
      does: 'refreshes',
      title: 'He goes on, and refreshes again',
      button: 'Refresh as the thief',
      verdict: 'refreshed',
      why: 'He uses the successor, and with that the token that you still hold is dead.',
    },
    {
      who: 'you',
      does: 'refresh',
      title: 'You come back, and refresh',
      button: 'Refresh as you',
      verdict: 'reused',
      why: 'Your token has a successor that was used, and not by you. He could stay only until you came back.',
    },
  ],
}

/** When it came out otherwise, as when the page has refreshed in between. */
export const reasons = {
  refreshed: 'The token was good, and the first of its generation to be used.',
  reissued: 'The token had been traded before, but what came of it is unused: here is a sibling.',
  reused:
    'This token is dead: in between, the page had refreshed by itself and used a newer one. That is a theft, and the session ends for both.',
  unknown: 'There is no such session any more.',
}
