/**
 * Who may speak to the API at all. A page of any web site can make a browser send requests to loopback: it cannot forge
 * `Host` and `Origin`, so a request is served only when both say that it came from this machine on purpose.
 */

/** Names under which loopback may be addressed. */
const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/** Why a request is refused for its headers, or undefined when it is not. */
export function refusedHeaders (headers: { readonly host: string | undefined, readonly origin: string | undefined, readonly fetchSite: string | undefined }): string | undefined {
  if (headers.host === undefined || !LOOPBACK.test(headers.host)) return 'its Host is not a loopback name'
  if (headers.origin !== undefined && headers.origin.toLowerCase() !== `http://${headers.host.toLowerCase()}`) return 'its Origin is another site'
  if (headers.fetchSite !== undefined && headers.fetchSite !== 'same-origin' && headers.fetchSite !== 'none') return 'it comes from another site'
  return undefined
}
