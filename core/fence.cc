#include "core/fence.h"

#include <exception>
#include <new>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace brainalign {

const absl::Status& NoMemoryLeft() {
  static const auto& status = *new absl::Status(
      absl::ResourceExhaustedError("the machine has no memory left for this alignment"));
  return status;
}

absl::Status CaughtException() {
  // Making a message may take memory that there is not.
  try {
    try {
      throw;
    } catch (const std::bad_alloc&) {
      return NoMemoryLeft();
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::resource_unavailable_try_again) {
        return absl::ResourceExhaustedError(
            "the machine has no more threads, or no memory left for their stacks");
      }
      return absl::InternalError(absl::StrCat("the computation failed: ", error.what()));
    } catch (const std::exception& error) {
      return absl::InternalError(absl::StrCat("the computation failed: ", error.what()));
    } catch (...) {
      return absl::InternalError("the computation failed with an exception of unknown type");
    }
  } catch (const std::bad_alloc&) {
    return NoMemoryLeft();
  }
}

}  // namespace brainalign
