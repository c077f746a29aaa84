#include "absl/strings/str_cat.h"
#include "server/rows/convert.h"

namespace brainalign {

static_assert(v1::RECORDING_KIND_FMRI == static_cast<int>(RecordingKind::kFmri));

RecordingKind RecordingKindFromProto(v1::RecordingKind proto, const std::string& field,
                                     std::vector<FieldProblem>& problems) {
  const int number = static_cast<int>(proto);
  if (number < 0 || number > static_cast<int>(RecordingKind::kFmri)) {
    problems.push_back({field, absl::StrCat("is ", number, "; this server knows 0 to ",
                                            static_cast<int>(RecordingKind::kFmri))});
    return RecordingKind::kUnknown;
  }
  return static_cast<RecordingKind>(number);
}

v1::RecordingKind ToProto(RecordingKind kind) { return static_cast<v1::RecordingKind>(kind); }

Sensor SensorFromProto(const v1::Sensor& proto) {
  Sensor sensor{proto.name(), proto.kind(), proto.unit(), std::nullopt};
  if (proto.has_position()) {
    sensor.position = {proto.position().x_metres(), proto.position().y_metres(),
                       proto.position().z_metres()};
  }
  return sensor;
}

v1::Sensor ToProto(const Sensor& sensor) {
  v1::Sensor proto;
  proto.set_name(sensor.name);
  proto.set_kind(sensor.kind);
  proto.set_unit(sensor.unit);
  if (sensor.position) {
    proto.mutable_position()->set_x_metres(sensor.position->x_metres);
    proto.mutable_position()->set_y_metres(sensor.position->y_metres);
    proto.mutable_position()->set_z_metres(sensor.position->z_metres);
  }
  return proto;
}

}  // namespace brainalign
