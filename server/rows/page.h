#ifndef BRAINALIGN_SERVER_ROWS_PAGE_H_
#define BRAINALIGN_SERVER_ROWS_PAGE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

// Pages of lists. A page token holds the position of the last entry, and a checksum that also
// covers the list and its filters: it serves the query that made it, and nothing else.

namespace brainalign {

inline constexpr int kDefaultPageSize = 100;
inline constexpr int kMaxPageSize = 1000;
// A page of so many bytes ends early: well below what a client takes in one message.
inline constexpr std::size_t kFullPageBytes = std::size_t{1} << 20;

// Entries of a page that a client asks for; 0 is the default. INVALID_ARGUMENT for the field
// page_size if `asked` is negative. What is above the limit is the limit.
absl::StatusOr<int> PageSizeOf(int asked);

// The token of the page after `position`. `query` names the list and all of its filters.
std::string MakePageToken(const std::string& position, const std::string& query);

// The position that a token holds; empty for an empty token, which is that of the first page.
// INVALID_ARGUMENT for the field page_token if it was not made for `query`.
absl::StatusOr<std::string> ReadPageToken(const std::string& token, const std::string& query);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_PAGE_H_
