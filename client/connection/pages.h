// Lists that a server gives by the page. Includes gRPC, as stubs.h.
#ifndef BRAINALIGN_CLIENT_CONNECTION_PAGES_H_
#define BRAINALIGN_CLIENT_CONNECTION_PAGES_H_

#include "absl/status/status.h"
#include "client/connection/stubs.h"

namespace brainalign {

// Asks for page after page of a list; `call` asks for the page of a request. Ends at the last page,
// or when `visit` returns false.
template <typename Response, typename Request, typename ListCall, typename Visit>
absl::Status VisitPages(Connection& connection, Request request, const ListCall& call,
                        const Visit& visit) {
  while (true) {
    const absl::StatusOr<Response> page =
        Call<Response>(connection.options(), [&](grpc::ClientContext* context, Response* answer) {
          return call(context, request, answer);
        });
    if (!page.ok()) return page.status();
    if (!visit(*page) || page->next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page->next_page_token());
  }
}

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_PAGES_H_
