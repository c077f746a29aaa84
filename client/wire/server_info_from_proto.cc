#include "client/wire/server_info_from_proto.h"

#include "brainalign/v1/server.pb.h"
#include "client/wire/enum_from_proto.h"

namespace brainalign {
namespace {

std::string Name(v1::CallerRole role) {
  switch (role) {
    case v1::CALLER_ROLE_READER:
      return "reader";
    case v1::CALLER_ROLE_SUBMITTER:
      return "submitter";
    case v1::CALLER_ROLE_ADMIN:
      return "admin";
    case v1::CALLER_ROLE_UNSPECIFIED:
      return "";
    default:
      return NameOfUnknown(role);
  }
}

CallerIdentity CallerFromProto(const v1::CallerIdentity& caller) {
  return CallerIdentity{.person = caller.person(),
                        .project = caller.project(),
                        .role = Name(caller.role()),
                        .all_projects = caller.all_projects(),
                        .expire_time_unix_seconds = caller.expire_time().seconds()};
}

}  // namespace

ServerInfo ServerInfoFromProto(const v1::GetServerInfoResponse& response) {
  const v1::ServerLimits& limits = response.limits();
  return ServerInfo{
      .version = response.version(),
      .numerics_version = response.numerics_version(),
      .threads = response.threads(),
      .memory_budget_bytes = response.memory_budget_bytes(),
      .brain_cache_bytes = response.brain_cache().limit_bytes(),
      .brain_cache_held_bytes = response.brain_cache().held_bytes(),
      .disk_free_bytes = response.disk_free_bytes(),
      .start_time_unix_seconds = response.start_time().seconds(),
      .jobs_queued = response.jobs_queued(),
      .jobs_running = response.jobs_running(),
      .read_only_reason =
          response.storage().read_only() ? response.storage().read_only_reason() : "",
      .damaged = response.storage().damaged(),
      .caller = CallerFromProto(response.caller()),
      .max_chunk_bytes = limits.max_chunk_bytes(),
      .max_tensor_bytes = limits.max_tensor_bytes(),
      .max_digests_per_call = limits.max_digests_per_call(),
      .max_page_size = limits.max_page_size(),
      .max_name_bytes = limits.max_name_bytes(),
      .max_layers = limits.max_layers(),
      .max_words = limits.max_words(),
      .max_times = limits.max_times(),
      .max_result_values = limits.max_result_values(),
      .max_watches = limits.max_watches(),
      .max_upload_streams = limits.max_upload_streams(),
      .upload_idle_seconds = limits.upload_idle_seconds(),
      .max_resource_bytes = limits.max_resource_bytes(),
      .max_word_columns = limits.max_word_columns(),
      .max_resources_of_project = limits.max_resources_of_project(),
      .max_folds = limits.max_folds(),
      .max_alphas = limits.max_alphas(),
      .max_window_bounds = limits.max_window_bounds(),
      .max_nuisance_columns = limits.max_nuisance_columns(),
      .max_open_uploads = limits.max_open_uploads(),
      .max_queue_length = limits.max_queue_length(),
      .max_downloads = limits.max_downloads(),
      .max_jobs_of_project = limits.max_jobs_of_project(),
      .person_share = limits.person_share(),
      .project_share = limits.project_share(),
      .max_streams_per_connection = limits.max_streams_per_connection(),
      .max_request_id_bytes = limits.max_request_id_bytes(),
  };
}

}  // namespace brainalign
