// The stories of a theft: who does what in which order, what the server decides, and why.

const copies = {
  who: 'thief',
  does: 'copies',
  title: 'The thief copies your cookies',
  button: 'Copy them',
  verdict: 'copied',
  why: 'Each token now exists twice. No server can see that yet.',
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
      why: 'You have a new token. The old one works until the new one is used, because the response with your new token might have been lost.',
    },
    {
      who: 'thief',
      does: 'refreshes',
      title: 'The thief presents the old token',
      button: 'Refresh as the thief',
      verdict: 'reissued',
      why: 'The thief gets in, for now. Your new token is unused, so the request may come from you after a lost response. The thief gets a sibling of your token, never your token.',
    },
    {
      who: 'you',
      does: 'refresh',
      title: 'You refresh again',
      button: 'Refresh as you',
      verdict: 'refreshed',
      why: 'You used your sibling first. The thief’s sibling and the old token no longer work.',
    },
    {
      who: 'thief',
      does: 'refreshes',
      title: 'The thief presents the sibling',
      button: 'Refresh as the thief',
      verdict: 'reused',
      why: 'The sibling of this token was used already, so two people hold tokens of this session. That is a theft: the session ends for both.',
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
      why: 'Nothing shows that this is a thief: the token is genuine, and it is the newest one.',
    },
    {
      who: 'you',
      does: 'refresh',
      title: 'You refresh with the token that the thief has used',
      button: 'Refresh as you',
      verdict: 'reissued',
      why: 'The thief’s successor is unused, so you get a sibling of it, as after a lost response. A race logs nobody out.',
    },
    {
      who: 'you',
      does: 'refresh',
      title: 'You refresh again',
      button: 'Refresh as you',
      verdict: 'refreshed',
      why: 'You used your sibling first. The thief’s sibling no longer works.',
    },
    {
      who: 'thief',
      does: 'refreshes',
      title: 'The thief presents the sibling',
      button: 'Refresh as the thief',
      verdict: 'reused',
      why: 'The sibling of this token was used already, so two people hold tokens of this session. That is a theft: the session ends for both.',
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
      why: 'Nothing shows that this is a thief: the token is genuine, and it is the newest one.',
    },
    {
      who: 'thief',
      does: 'refreshes',
      title: 'The thief refreshes again',
      button: 'Refresh as the thief',
      verdict: 'refreshed',
      why: 'The thief uses the successor. The token that you still hold no longer works.',
    },
    {
      who: 'you',
      does: 'refresh',
      title: 'You come back, and refresh',
      button: 'Refresh as you',
      verdict: 'reused',
      why: 'Somebody used the successor of your token, and it was not you. The session ends: the thief could stay only until you came back.',
    },
  ],
}

/** If the decision is another one, for example because the page refreshed in between. */
export const reasons = {
  refreshed: 'The token was valid, and the first of its siblings to be used.',
  reissued: 'The token was used before, but its successor is unused. So the server returns a sibling.',
  reused:
    'The page refreshed by itself in between, and used a newer token. So this token no longer works, and the session ends for both.',
  unknown: 'The session has ended.',
}
