#ifndef BRAINALIGN_CLIENT_WIRE_ENUM_FROM_PROTO_H_
#define BRAINALIGN_CLIENT_WIRE_ENUM_FROM_PROTO_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace brainalign {

// What stands where a newer server tells a value that this client has no name for.
inline std::string NameOfUnknown(int value) { return absl::StrCat("unknown (", value, ")"); }

// UNIMPLEMENTED: such a value stands where a guess would be wrong.
inline absl::Status NewerServerError(const std::string& what, int value) {
  return absl::UnimplementedError(
      absl::StrCat("The server sent ", what, " ", value,
                   ", which this client does not know: the server is newer. Install the client of "
                   "its version."));
}

// Reads enums of one message, and keeps the first value that is unknown.
class EnumReader {
 public:
  // Ours for theirs; `left_out` for 0, which says that nothing was told.
  template <typename Theirs, typename Ours>
  Ours Read(const std::string& field, Theirs value, Ours left_out,
            std::initializer_list<std::pair<Theirs, Ours>> known) {
    for (const auto& [theirs, ours] : known) {
      if (theirs == value) return ours;
    }
    const int number = static_cast<int>(value);
    if (number != 0) status_.Update(NewerServerError(field, number));
    return left_out;
  }

  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_ENUM_FROM_PROTO_H_
