#include "server/store/keys.h"

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// No name of a project has a zero byte: none begins as another one does.
std::string Of(const std::string& project) { return project + '\0'; }

}  // namespace

std::string EncodeNumber(std::int64_t number) {
  std::string bytes(8, '\0');
  auto rest = static_cast<std::uint64_t>(number);
  for (int i = 7; i >= 0; --i, rest >>= 8) {
    bytes[static_cast<std::size_t>(i)] = static_cast<char>(rest & 0xFF);
  }
  return bytes;
}

std::int64_t TrailingNumber(absl::string_view key) {
  if (key.size() < 8) return -1;
  std::uint64_t number = 0;
  for (const char byte : key.substr(key.size() - 8)) {
    number = (number << 8) | static_cast<unsigned char>(byte);
  }
  return static_cast<std::int64_t>(number);
}

std::string VersionKey() { return "v"; }
std::string WorkRatesKey() { return "w"; }

std::string SharesKey() { return "k"; }

std::string TokensUsedKey() { return "g"; }
std::string ChargeKey(std::int64_t end_unix_seconds, const std::string& project,
                      std::int64_t execution_id) {
  return absl::StrCat(ChargeKeyFrom(end_unix_seconds), Of(project), EncodeNumber(execution_id));
}
std::string ChargeKeyFrom(std::int64_t end_unix_seconds) {
  return absl::StrCat(ChargePrefix(), EncodeNumber(end_unix_seconds));
}
std::string ChargePrefix() { return "y"; }
std::string ScrubKey() { return "p"; }
std::string BlobKey(const std::string& digest) { return absl::StrCat(BlobPrefix(), digest); }
std::string HoldingKey(const std::string& digest, const std::string& project) {
  return absl::StrCat(HoldingPrefix(digest), project);
}
std::string UploadKey(const std::string& upload_id) {
  return absl::StrCat(UploadPrefix(), upload_id);
}
std::string JobKey(const std::string& job_id) { return absl::StrCat(JobPrefix(), job_id); }
std::string OrderKey(std::int64_t order) {
  return absl::StrCat(OrderPrefix(), EncodeNumber(order));
}
std::string ProjectOrderKey(const std::string& project, std::int64_t order) {
  return absl::StrCat(ProjectOrderPrefix(project), EncodeNumber(order));
}
std::string StateKey(JobState state, const std::string& project, std::int64_t order) {
  return absl::StrCat(StatePrefix(state, project), EncodeNumber(order));
}
std::string RequestKey(const std::string& project, const std::string& request_id) {
  return absl::StrCat("r", Of(project), request_id);
}
std::string ExecutionKey(std::int64_t execution_id) {
  return absl::StrCat(ExecutionPrefix(), EncodeNumber(execution_id));
}
std::string QueueKey(std::int64_t execution_id) {
  return absl::StrCat(QueuePrefix(), EncodeNumber(execution_id));
}
std::string AttachmentKey(std::int64_t execution_id, std::int64_t order) {
  return absl::StrCat(AttachmentPrefix(execution_id), EncodeNumber(order));
}
std::string CacheKey(const std::string& project, const std::string& cache_key) {
  return absl::StrCat("c", Of(project), cache_key);
}

std::string InPlaceOfCacheKey(const std::string& matrix_key) {
  return absl::StrCat("matrix-", matrix_key);
}
std::string FollowerKey(std::int64_t execution_id, std::int64_t order) {
  return absl::StrCat(FollowerPrefix(execution_id), EncodeNumber(order));
}
std::string NeedKey(const std::string& digest, std::int64_t execution_id) {
  return absl::StrCat(NeedPrefix(digest), EncodeNumber(execution_id));
}
std::string ResourceKey(ResourceKind kind, const std::string& project, const std::string& name) {
  return absl::StrCat(ResourcePrefix(kind, project), name);
}
std::string ResourceRequestKey(const std::string& project, const std::string& request_id) {
  return absl::StrCat("t", Of(project), request_id);
}
std::string ResourceNeedKey(const std::string& digest, ResourceKind kind,
                            const std::string& project, const std::string& name) {
  return absl::StrCat(ResourceNeedPrefix(digest, kind, project), name);
}
std::string SubmissionKey(const std::string& project, const std::string& name, std::int64_t order) {
  return absl::StrCat(SubmissionPrefix(project, name), EncodeNumber(order));
}
std::string EventKey(std::int64_t order, std::int64_t sequence) {
  return absl::StrCat(EventPrefix(order), EncodeNumber(sequence));
}
std::string SpecificationKey(std::int64_t execution_id) {
  return absl::StrCat("s", EncodeNumber(execution_id));
}
std::string TileKey(std::int64_t execution_id, int tile) {
  return absl::StrCat(TilePrefix(execution_id), EncodeNumber(tile));
}
std::string ResultKey(std::int64_t execution_id) {
  return absl::StrCat(ResultPrefix(), EncodeNumber(execution_id));
}

std::string PieceKey(std::int64_t execution_id, PieceName name) {
  return absl::StrCat(PiecePrefix(execution_id), EncodeNumber(name.array),
                      EncodeNumber(name.piece));
}
std::string LayersKey(std::int64_t order) { return absl::StrCat("l", EncodeNumber(order)); }

std::string BlobPrefix() { return "b"; }
std::string JobPrefix() { return "j"; }
std::string UploadPrefix() { return "u"; }
std::string HoldingPrefix() { return "h"; }
std::string HoldingPrefix(const std::string& digest) {
  return absl::StrCat(HoldingPrefix(), digest);
}
std::string OrderPrefix() { return "o"; }
std::string ProjectOrderPrefix(const std::string& project) {
  return absl::StrCat(ProjectOrderPrefix(), Of(project));
}
std::string ProjectOrderPrefix() { return "i"; }
std::string ProjectOfOrderKey(absl::string_view key) {
  const absl::string_view rest = key.substr(ProjectOrderPrefix().size());
  return std::string(rest.substr(0, rest.find('\0')));
}
std::string StatePrefix(JobState state, const std::string& project) {
  return absl::StrCat("g", std::string(1, static_cast<char>(state)), Of(project));
}
std::string ExecutionPrefix() { return "x"; }
std::string QueuePrefix() { return "q"; }
std::string AttachmentPrefix(std::int64_t execution_id) {
  return absl::StrCat("a", EncodeNumber(execution_id));
}
std::string FollowerPrefix(std::int64_t execution_id) {
  return absl::StrCat("f", EncodeNumber(execution_id));
}
std::string NeedPrefix(const std::string& digest) { return absl::StrCat("n", digest); }
std::string TilePrefix() { return "t"; }
std::string ResultPrefix() { return "z"; }
std::string PiecePrefix() { return "d"; }
std::string PiecePrefix(std::int64_t execution_id) {
  return absl::StrCat(PiecePrefix(), EncodeNumber(execution_id));
}
PieceName PieceNameOf(absl::string_view key) {
  const std::size_t before_piece = key.size() - EncodeNumber(0).size();
  return {static_cast<int>(TrailingNumber(key.substr(0, before_piece))), TrailingNumber(key)};
}
std::string ResourceNeedPrefix(const std::string& digest, ResourceKind kind,
                               const std::string& project) {
  return absl::StrCat(NeedPrefix(digest), NameOf(kind), Of(project));
}
std::string ResourcePrefix(ResourceKind kind, const std::string& project) {
  const char* const first = kind == ResourceKind::kRecording   ? "l"
                            : kind == ResourceKind::kWordTable ? "d"
                                                               : "e";
  return project.empty() ? first : absl::StrCat(first, Of(project));
}
std::string SubmissionPrefix(const std::string& project, const std::string& name) {
  return absl::StrCat("m", Of(project), Of(name));
}
std::string EventPrefix(std::int64_t order) { return EncodeNumber(order); }
std::string TilePrefix(std::int64_t execution_id) {
  return absl::StrCat(TilePrefix(), EncodeNumber(execution_id));
}

}  // namespace brainalign
