#include "client/naming/typed_names.h"

#include <cctype>
#include <charconv>
#include <cstddef>
#include <map>
#include <optional>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace brainalign {
namespace {

using Table = std::map<std::string, std::string>;

const Table& Fields() {
  static const auto* const fields = new Table{
      {"options.preset", "--preset"},
      {"options.direction", "--direction"},
      {"options.metric", "--metric"},
      {"options.folds", "--folds"},
      {"options.fold_by", "--fold-by"},
      {"options.purge_seconds", "--purge-seconds"},
      {"options.alphas", "--alphas"},
      {"options.selection", "--selection"},
      {"options.inner_folds", "--inner-folds"},
      {"options.shared_alpha", "--shared-alpha"},
      {"options.pca", "--pca"},
      {"options.zscore_words", "--zscore-words"},
      {"options.pca_words", "--pca-words"},
      {"options.window_bounds_seconds", "--windows"},
      {"options.precision", "--precision"},
      {"options.cca_components", "--cca-components"},
      {"options.cca_rho", "--cca-rho"},
      {"options.nulls", "--nulls"},
      {"options.null_by", "--null-by"},
      {"options.draws", "--draws"},
      {"options.seed", "--seed"},
      {"options.detrend", "--detrend"},
      {"options.block_words", "--block-words"},
      {"options.min_shift_words", "--min-shift-words"},
      {"options.where", "--where"},
      {"options.arrays", "--arrays"},
      {"options.time_generalisation", "--time-generalisation"},
      {"options.delays", "--delays"},
      {"nuisance", "--nuisance"},
      {"brain", "the recording"},
      {"brain.epochs", "meg.npy"},
      {"brain.continuous", "continuous.npy"},
      {"brain.sfreq_hz", "sfreq.npy"},
      {"brain.onsets_seconds", "onsets.npy"},
      {"brain.times_seconds", "times.npy"},
      {"brain.groups", "groups.npy"},
      {"brain.sessions", "sessions.npy"},
      {"brain.session_starts", "session_starts.npy"},
      {"brain.recording", "--recording"},
      {"brain.word_table_digest", "the word table of the recording"},
      {"model", "--model"},
      {"layers.relative_depth", "depth.npy"},
      // Of ClientOptions.
      {"server.address", "--server"},
      {"server.tls.ca", "--tls-ca"},
      {"server.tls.certificate", "--tls-certificate"},
      {"server.tls.key", "--tls-key"},
      {"server.tls.server_name", "--tls-server-name"},
      {"server.token_without_tls", "--token-without-tls"},
      // Of a job.
      {"skip_cache", "--skip-cache"},
      {"priority", "--priority"},
      // Of a list.
      {"states", "--state"},
      {"page_size", "--limit"},
      {"min_level", "--level"},
      // Of a recording, word table or model.
      {"name", "NAME"},
      {"display_name", "--display-name"},
      {"kind", "--kind"},
      {"word_table", "--word-table"},
      {"family", "--family"},
      {"architecture", "--architecture"},
      {"parameters", "--parameters"},
      {"context_words", "--context-words"},
      {"trained", "--trained"},
      // Of a sealed recording.
      {"description", "--description"},
      {"projects", "--for"},
      {"max_submissions", "--max-submissions"},
      {"max_layers", "--max-layers"},
      {"policy.metrics", "--metrics"},
      {"policy.directions", "--directions"},
      {"policy.min_test_words", "--min-test-words"},
      {"policy.release_fold_scores", "--release-fold-scores"},
      {"policy.release_alpha_counts", "--release-alpha-counts"},
      {"policy.release_cache_key", "--release-cache-key"},
      {"policy.score_step", "--score-step"},
      {"policy.max_released_numbers", "--max-released-numbers"},
  };
  return *fields;
}

const Table& Calls() {
  static const auto* const calls = new Table{
      {"GetServerInfo", "brainalign info"},
      {"FindMissingTensors", "uploads"},
      {"StartUpload", "uploads"},
      {"WriteUpload", "uploads"},
      {"QueryUpload", "uploads"},
      {"CancelUpload", "uploads"},
      {"ReadTensor", "reading tensors"},
      {"CreateJob", "brainalign submit"},
      {"GetJob", "brainalign result"},
      {"GetJobSpecification", "brainalign info"},
      {"ListJobs", "brainalign list"},
      {"CancelJob", "brainalign cancel"},
      {"DeleteJob", "brainalign delete"},
      {"WatchJob", "brainalign watch"},
      {"GetJobResult", "brainalign result"},
      {"ReadResultArray", "brainalign result"},
      {"ReadUncertainty", "brainalign result"},
      {"CreateRecording", "brainalign recording create"},
      {"DeleteRecording", "brainalign recording delete"},
      {"SealRecording", "brainalign recording seal"},
      {"GetRecording", "brainalign recording show"},
      {"ListRecordings", "brainalign recording list"},
      {"UnsealRecording", "brainalign recording unseal"},
      {"ListSubmissions", "brainalign recording submissions"},
      {"CreateWordTable", "brainalign word-table create"},
      {"GetWordTable", "brainalign word-table show"},
      {"ListWordTables", "brainalign word-table list"},
      {"DeleteWordTable", "brainalign word-table delete"},
      {"CreateModel", "brainalign model create"},
      {"GetModel", "brainalign model show"},
      {"ListModels", "brainalign model list"},
      {"DeleteModel", "brainalign model delete"},
      {"ListQueue", "brainalign admin queue"},
      {"ListUploads", "brainalign admin uploads"},
      {"ListProjects", "brainalign admin disk"},
      {"ListErrors", "brainalign admin errors"},
      {"Drain", "brainalign admin drain"},
      {"Reload", "brainalign admin reload"},
  };
  return *calls;
}

// The names that an upload gives to tensors of a recording, and their files.
const Table& UploadedTensors() {
  static const auto* const tensors = new Table{{"epochs", "meg.npy"},
                                               {"recording", "continuous.npy"},
                                               {"onsets", "onsets.npy"},
                                               {"groups", "groups.npy"},
                                               {"sessions", "sessions.npy"}};
  return *tensors;
}

std::string Find(const Table& table, const std::string& key) {
  const auto found = table.find(key);
  return found == table.end() ? "" : found->second;
}

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// A path of a field as it stands in a text: its parts without their indices, and the indices.
struct Path {
  std::vector<std::string> parts;
  std::vector<std::optional<std::size_t>> indices;
};

// Takes the longest path off the front of `text`.
Path TakePath(absl::string_view& text) {
  Path path;
  std::size_t at = 0;
  while (true) {
    const std::size_t begin = at;
    while (at < text.size() && IsWordCharacter(text[at])) ++at;
    path.parts.emplace_back(text.substr(begin, at - begin));
    path.indices.emplace_back();
    if (at < text.size() && text[at] == '[') {
      std::size_t index = 0;
      const char* const end = text.data() + text.size();
      const auto [after, error] = std::from_chars(text.data() + at + 1, end, index);
      if (error == std::errc() && after != end && *after == ']') {
        path.indices.back() = index;
        at = static_cast<std::size_t>(after - text.data()) + 1;
      }
    }
    const bool goes_on = at + 1 < text.size() && text[at] == '.' && IsWordCharacter(text[at + 1]);
    if (!goes_on) break;
    ++at;
  }
  text.remove_prefix(at);
  return path;
}

std::string NameOfLayer(std::optional<std::size_t> index, const ExperimentNames& names) {
  const std::string file =
      names.activation_file.empty() ? "the activations" : names.activation_file;
  if (!index.has_value()) return absl::StrCat("the layers of ", file);
  if (*index >= names.layer_names.size()) return absl::StrCat("layer ", *index, " of ", file);
  return absl::StrCat("layer ", names.layer_names[*index], " of ", file);
}

// Nothing if it is no path of a field. What lies below a field that has a name goes by that name.
std::optional<std::string> NameOf(const Path& path, const ExperimentNames& names) {
  const bool in_spec = path.parts.size() > 1 && path.parts[0] == "spec";
  const std::size_t first = in_spec ? 1 : 0;
  std::string joined;
  std::optional<std::string> name;
  for (std::size_t i = first; i < path.parts.size(); ++i) {
    absl::StrAppend(&joined, joined.empty() ? "" : ".", path.parts[i]);
    std::string found = Find(Fields(), joined);
    const bool is_recording = joined == "brain.epochs" || joined == "brain.continuous";
    if (is_recording && !names.recording_files.empty()) found = names.recording_files;
    // "brain.mat" can be a user's file.
    const bool is_whole = i > first || i + 1 == path.parts.size();
    if (found.empty() || !is_whole) continue;
    const std::optional<std::size_t> index = path.indices[i];
    name = index.has_value() ? absl::StrCat(found, "[", *index, "]") : found;
  }
  if (name.has_value() || path.parts[first] != "layers") return name;
  // A path of the protocol has the index of the layer. "layers.3.mlp" is a user's name.
  const bool is_name = !path.indices[first].has_value() && first + 1 < path.parts.size();
  if (is_name) return std::nullopt;
  return NameOfLayer(path.indices[first], names);
}

// Whether a path is one, and no word that happens to look like one: a single word counts at the
// beginning of a line alone, where checks put the field, or with an index or a spare letter.
bool IsUnmistakable(const Path& path, bool begins_line) {
  if (path.parts.size() > 1 || path.indices[0].has_value()) return true;
  return begins_line || path.parts[0].find('_') != std::string::npos;
}

// The flag of an option that a sentence calls by its bare name, such as "inner_folds".
std::string FlagOf(const std::string& word) {
  return word.find('_') == std::string::npos ? "" : Find(Fields(), absl::StrCat("options.", word));
}

// "--folds: folds is 1" and "--folds folds is 1" would repeat the name.
std::string SayOnce(const std::string& line) {
  const std::size_t end = line.find_first_of(": ");
  if (end == std::string::npos || !absl::StartsWith(line, "--")) return line;
  const std::string flag = line.substr(0, end);
  const std::size_t begin = line.find_first_not_of(": ", end);
  if (begin == std::string::npos) return line;
  const std::string rest = line.substr(begin);
  for (const std::string& again : {flag, flag.substr(2)}) {
    if (absl::StartsWith(rest, again + " ")) {
      return absl::StrCat(flag, rest.substr(again.size()));
    }
  }
  return line;
}

std::string LineAsTyped(absl::string_view line, const ExperimentNames& names) {
  std::string typed;
  // The failure of an upload begins with the tensor.
  if (const std::size_t end = line.find(": "); end != absl::string_view::npos) {
    typed = Find(UploadedTensors(), std::string(line.substr(0, end)));
    if (!typed.empty()) line.remove_prefix(end);
  }
  while (!line.empty()) {
    // Parts of a file's name, an address or a flag are none of ours.
    const bool within =
        !typed.empty() && absl::string_view("/.-@~\\").find(typed.back()) != std::string::npos;
    if (!IsWordCharacter(line[0]) || within) {
      std::size_t size = 1;
      while (size < line.size() && within && IsWordCharacter(line[size])) ++size;
      absl::StrAppend(&typed, line.substr(0, size));
      line.remove_prefix(size);
      continue;
    }
    const absl::string_view before = line;
    const Path path = TakePath(line);
    const absl::string_view taken = before.substr(0, before.size() - line.size());
    const bool goes_on = !line.empty() && (line[0] == '/' || line[0] == '-');
    std::optional<std::string> name;
    if (!goes_on && IsUnmistakable(path, typed.empty())) name = NameOf(path, names);
    if (!name.has_value() && path.parts.size() == 1 && !goes_on) {
      const std::string flag = FlagOf(path.parts[0]);
      const std::string call = TypedNameOfCall(path.parts[0]);
      if (!flag.empty()) name = flag;
      if (!call.empty() && absl::EndsWith(typed, "may not ")) name = absl::StrCat("use ", call);
    }
    absl::StrAppend(&typed, name.has_value() ? *name : std::string(taken));
  }
  return SayOnce(typed);
}

}  // namespace

std::string TypedNameOfField(const std::string& path) {
  if (path == "layers" || absl::StartsWith(path, "layers.")) {
    return Find(Fields(), path).empty() ? NameOfLayer(std::nullopt, {}) : Find(Fields(), path);
  }
  return Find(Fields(), path);
}

std::string TypedNameOfCall(const std::string& method) { return Find(Calls(), method); }

std::string AsTyped(const std::string& text, const ExperimentNames& names) {
  std::string typed;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = text.find('\n', begin);
    absl::StrAppend(&typed, LineAsTyped(absl::string_view(text).substr(begin, end - begin), names));
    if (end == std::string::npos) return typed;
    typed += '\n';
    begin = end + 1;
  }
}

absl::Status AsTyped(const absl::Status& status, const ExperimentNames& names) {
  absl::Status typed(status.code(), AsTyped(std::string(status.message()), names));
  status.ForEachPayload([&typed](absl::string_view type, const absl::Cord& payload) {
    typed.SetPayload(type, payload);
  });
  return typed;
}

}  // namespace brainalign
