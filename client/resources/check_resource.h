#ifndef BRAINALIGN_CLIENT_RESOURCES_CHECK_RESOURCE_H_
#define BRAINALIGN_CLIENT_RESOURCES_CHECK_RESOURCE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "client/connection/connection.h"

namespace brainalign {

// A new recording, word table or model, as far as it can be checked without its tensors.
struct NewResource {
  std::string name;  // NAME, or PROJECT/NAME
  // Texts for people, with the names of their fields.
  std::vector<std::pair<std::string, std::string>> texts = {};
  std::string word_table = {};  // that it belongs to; empty: none
};

// Whether the server takes the resource. Call it before uploading its tensors. Asks the server for
// the word table. INVALID_ARGUMENT, with the field; the statuses of GetWordTable.
absl::Status CheckNewResource(Connection& connection, const NewResource& resource);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RESOURCES_CHECK_RESOURCE_H_
