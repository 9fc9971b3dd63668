// A line of JSON for each request. Headers, of which some are credentials, are not in it.
import { type HttpLogger, type Options, pinoHttp } from 'pino-http'

const options: Options = {
  serializers: {
    req: ({ id, method, url, headers, remoteAddress, remotePort }) => ({
      id,
      method,
      url,
      host: headers.host,
      remoteAddress,
      remotePort,
    }),
    res: ({ statusCode }) => ({ statusCode }),
  },
  customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'info'),
}

export function requestLog(enabled: boolean): HttpLogger {
  return pinoHttp({ ...options, enabled })
}
