// Checks of the numbers that flags take. Each returns "" for a right one, else what is wrong: a
// clause that follows the name of the flag.
#ifndef BRAINALIGN_CLIENT_CLI_NUMBER_CHECKS_H_
#define BRAINALIGN_CLIENT_CLI_NUMBER_CHECKS_H_

#include <string>

namespace brainalign {

// A whole number of at least 1.
std::string CheckCount(const std::string& text);

// A finite number above 0.
std::string CheckAboveZero(const std::string& text);

// --seed: a whole number of 64 bits without a sign. The parser of flags itself reads others modulo
// 2^64.
std::string CheckSeed(const std::string& text);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_NUMBER_CHECKS_H_
