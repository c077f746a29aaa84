#ifndef BRAINALIGN_TESTS_FUZZ_SERVER_BYTES_H_
#define BRAINALIGN_TESTS_FUZZ_SERVER_BYTES_H_

#include <string>

namespace brainalign {

// Requests, after protobuf has read them: the first byte says which.
void FuzzRequests(const std::string& bytes);
// Values of the database: the first byte says of which kind.
void FuzzRecords(const std::string& bytes);
// Keys of the database and sealed values.
void FuzzKeys(const std::string& bytes);
// Page tokens: the first byte says for which query.
void FuzzPageTokens(const std::string& bytes);
// A command line, one argument a line, or a config file: the first byte says which.
void FuzzConfig(const std::string& bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_FUZZ_SERVER_BYTES_H_
