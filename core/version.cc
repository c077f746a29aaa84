#include "core/version.h"

namespace brainalign {

const char* Version() { return BRAINALIGN_VERSION; }

}  // namespace brainalign
