#ifndef BRAINALIGN_SERVER_ACCESS_PERMISSIONS_H_
#define BRAINALIGN_SERVER_ACCESS_PERMISSIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/rows/project.h"

// Who may do what: one table of roles, methods and whose the thing is.

namespace brainalign {

// Each may do all that those before it may. Values are part of the protocol.
enum class Role {
  kReader = 1,     // sees the project's jobs and results
  kSubmitter = 2,  // uploads, submits, and ends what is its own
  kAdmin = 3,      // ends what is others', seals recordings, sees who scored what
};

// "reader", "submitter", "admin".
std::string NameOf(Role role);
std::optional<Role> RoleFromName(const std::string& name);

// Who makes a call.
struct Caller {
  std::string peer;      // address, for logs
  std::string entry_id;  // in the access list; empty on a server that asks for no token
  std::string person;    // empty: nobody in particular
  std::string project = kDefaultProject;
  Role role = Role::kAdmin;
  // Of no project in particular but of the server: sees and ends the jobs of all, and may
  // look after the server. Uploads and submits in `project` like everyone.
  bool all_projects = true;
  absl::Time expire_time = absl::InfiniteFuture();
};

// What can be asked of the server, one for each method of its services.
enum class Method {
  kGetServerInfo,
  kFindMissingTensors,
  kStartUpload,
  kWriteUpload,
  kQueryUpload,
  kCancelUpload,
  kReadTensor,
  kCreateJob,
  kGetJob,
  kGetJobSpecification,
  kListJobs,
  kCancelJob,
  kDeleteJob,
  kWatchJob,
  kGetJobResult,
  kReadResultArray,
  kReadUncertainty,
  kCreateRecording,
  kDeleteRecording,
  kSealRecording,
  kGetRecording,
  kListRecordings,
  kUnsealRecording,
  kListSubmissions,
  kCreateWordTable,
  kGetWordTable,
  kListWordTables,
  kDeleteWordTable,
  kCreateModel,
  kGetModel,
  kListModels,
  kDeleteModel,
  kListQueue,
  kListUploads,
  kListProjects,
  kListErrors,
  kDrain,
  kReload,
  kCreateBackup,
  kServerReflectionInfo,
};

// Such as "GetJob".
std::string NameOf(Method method);
const std::vector<Method>& AllMethods();

// Whose the thing is that a call names.
enum class Whose {
  kNothing,   // it names none
  kOwn,       // the caller's
  kProjects,  // somebody else's of the caller's project
  kOtherProject,
};

enum class Verdict {
  kAllowed,
  kDenied,  // PERMISSION_DENIED
  kHidden,  // as if it did not exist
};

Verdict Judge(Role role, bool all_projects, Method method, Whose whose);

// Whose a thing of this project and person is to the caller.
Whose WhoseIs(const Caller& caller, const std::string& project, const std::string& person);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ACCESS_PERMISSIONS_H_
