#ifndef BRAINALIGN_CLIENT_WIRE_UNKNOWN_OPTIONS_H_
#define BRAINALIGN_CLIENT_WIRE_UNKNOWN_OPTIONS_H_

#include <string>
#include <vector>

#include "brainalign/v1/alignment.pb.h"

namespace brainalign {

// Fields of a specification that a server did not take in, such as "options.where": they are set in
// `sent` and not in `echoed`, which the server tells of the job that it made. A server ignores
// fields that are newer than itself. One that knows an option tells it with its default resolved,
// so values may differ. Tensors are compared as far as the recording is sent itself.
std::vector<std::string> UnknownOptions(const v1::AlignmentSpec& sent,
                                        const v1::AlignmentSpec& echoed);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_UNKNOWN_OPTIONS_H_
