#ifndef BRAINALIGN_CORE_SIZE_TEXT_H_
#define BRAINALIGN_CORE_SIZE_TEXT_H_

#include <cstdint>
#include <string>

namespace brainalign {

// A size in the largest unit that divides it, as flags take it: "80 MiB", "1299 bytes". From 16 KiB
// on it is rounded down to whole KiB, and from 16 MiB on to whole MiB.
std::string SizeText(std::int64_t bytes);

// The same of a size that is needed: it is rounded up instead, so that it suffices.
std::string NeededSizeText(std::int64_t bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_SIZE_TEXT_H_
