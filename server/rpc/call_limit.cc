#include "server/rpc/call_limit.h"

#include "absl/strings/str_cat.h"
#include "server/record/status_details.h"

namespace brainalign {

CallLimit::Place::Place(CallLimit& limit)
    : limit_(limit), taken_(limit.open_.fetch_add(1) < limit.most_) {}

CallLimit::Place::~Place() { limit_.open_.fetch_sub(1); }

absl::Status CallLimit::Place::status() const {
  if (taken_) return absl::OkStatus();
  return WithRetryDelay(QuotaError(limit_.what_,
                                   absl::StrCat("the server has its limit of ", limit_.most_, " ",
                                                limit_.what_, " open; try again in a moment"),
                                   "TOO_MANY_CALLS"),
                        absl::Seconds(5));
}

}  // namespace brainalign
