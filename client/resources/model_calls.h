// Models that a server keeps: activations under a name.
#ifndef BRAINALIGN_CLIENT_RESOURCES_MODEL_CALLS_H_
#define BRAINALIGN_CLIENT_RESOURCES_MODEL_CALLS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/jobs/job.h"

namespace brainalign {

// Facts about a model. Empty or unset: not known.
struct ModelFacts {
  std::string display_name = {};
  std::string description = {};
  std::string family = {};        // such as "gpt2"
  std::string architecture = {};  // "transformer", "ssm", "rnn", "bidirectional"
  std::optional<std::int64_t> parameters = {};
  std::optional<std::int64_t> context_words = {};
  std::optional<bool> trained = {};
  std::string word_table = {};  // PROJECT/NAME
};

// A layer of a stored model.
struct ModelLayer {
  int index = 0;
  double relative_depth = 0;
  std::string name;
  std::string digest;      // of the activations
  std::int64_t slice = 0;  // of a tensor of three axes
  StoredTensor activations = {};
};

// A stored model, as the server reports it.
struct Model {
  std::string name;  // PROJECT/NAME
  ModelFacts facts;
  std::int64_t words = 0;
  std::string word_table_digest;
  int layer_count = 0;
  std::vector<ModelLayer> layers;  // none in lists
  double create_time_unix_seconds = 0;
  std::string person;
};

// A model to create. The activations of its layers must be on the server.
struct ModelRequest {
  std::string name;
  ModelFacts facts;
  std::vector<RequestedLayer> layers;  // in the order of their indices, from 0
};

// Each of these calls is retried as the connection's retry options say while the server cannot be
// reached. Other errors are those of the server.

// May be repeated: the same model under the same name is created once. ALREADY_EXISTS if another
// model has the name; INVALID_ARGUMENT also for an unknown architecture.
absl::StatusOr<Model> CreateModel(Connection& connection, const ModelRequest& request);
// NOT_FOUND unless it belongs to the caller's project.
absl::StatusOr<Model> GetModel(Connection& connection, const std::string& name);
// Those of one person, or all if `person` is empty.
absl::StatusOr<std::vector<Model>> ListModels(Connection& connection,
                                              const std::string& person = "");
// No error if there is none.
absl::Status DeleteModel(Connection& connection, const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RESOURCES_MODEL_CALLS_H_
