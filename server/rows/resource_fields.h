#ifndef BRAINALIGN_SERVER_ROWS_RESOURCE_FIELDS_H_
#define BRAINALIGN_SERVER_ROWS_RESOURCE_FIELDS_H_

#include "absl/time/time.h"
#include "server/rows/resource.h"

// The fields that the records of all resources have, by the same names. For the codec alone.

namespace brainalign {

template <typename Record>
void FillResource(const Resource& resource, Record& proto) {
  proto.set_project(resource.project);
  proto.set_name(resource.name);
  proto.set_person(resource.person);
  proto.set_request_id(resource.request_id);
  proto.set_body_digest(resource.body_digest);
  proto.set_display_name(resource.display_name);
  proto.set_description(resource.description);
  proto.set_create_unix_nanos(absl::ToUnixNanos(resource.create_time));
}

template <typename Record>
void ReadResource(const Record& proto, Resource& resource) {
  resource.project = proto.project();
  resource.name = proto.name();
  resource.person = proto.person();
  resource.request_id = proto.request_id();
  resource.body_digest = proto.body_digest();
  resource.display_name = proto.display_name();
  resource.description = proto.description();
  resource.create_time = absl::FromUnixNanos(proto.create_unix_nanos());
}

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_RESOURCE_FIELDS_H_
