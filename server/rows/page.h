#ifndef BRAINALIGN_SERVER_ROWS_PAGE_H_
#define BRAINALIGN_SERVER_ROWS_PAGE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Pages of lists. A page token holds the position of the last entry, and a checksum that also
// covers the list and its filters: it is valid only for the query that made it.

namespace brainalign {

inline constexpr int kDefaultPageSize = 100;
inline constexpr int kMaxPageSize = 1000;
// A page ends early at this many bytes, well below the size of message that a client accepts.
inline constexpr std::size_t kFullPageBytes = std::size_t{1} << 20;

// Number of entries of a page; `asked` 0 means the default. INVALID_ARGUMENT for the field
// page_size if `asked` is negative. Larger numbers are reduced to the limit.
absl::StatusOr<int> PageSizeOf(int asked);

// The name of the query of a list with these filters, in the list's order: it differs if any filter
// does. An empty filter is none.
std::string NameOfQuery(absl::string_view list, const std::vector<std::string>& filters);

// The token of the page after `position`. `query` is its NameOfQuery.
std::string MakePageToken(const std::string& position, const std::string& query);

// The position that a token holds; empty for an empty token, which is that of the first page.
// INVALID_ARGUMENT for the field page_token if it was not made for `query`.
absl::StatusOr<std::string> ReadPageToken(const std::string& token, const std::string& query);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_PAGE_H_
