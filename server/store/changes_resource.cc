#include "server/rows/codec.h"
#include "server/store/changes.h"
#include "server/store/keys.h"

namespace brainalign {
namespace {

void Save(ResourceKind kind, const Resource& resource, const std::string& record, Change& change) {
  change.Put(Family::kFacts, ResourceKey(kind, resource.project, resource.name), record);
  change.Put(Family::kFacts, ResourceRequestKey(resource.project, resource.request_id),
             Encode(MadeResource{kind, resource.name, resource.body_digest}));
}

void Delete(ResourceKind kind, const Resource& resource, Change& change) {
  change.Delete(Family::kFacts, ResourceKey(kind, resource.project, resource.name));
  change.Delete(Family::kFacts, ResourceRequestKey(resource.project, resource.request_id));
}

std::string NeedOf(ResourceKind kind, const Resource& resource, const TensorRef& tensor) {
  return ResourceNeedKey(tensor.digest, kind, resource.project, resource.name);
}

}  // namespace

Change SaveRecording(const Recording& recording) {
  Change change;
  Save(ResourceKind::kRecording, recording, Encode(recording), change);
  for (const BrainTensor& tensor : TensorsOf(recording.brain)) {
    change.Put(Family::kFacts, NeedOf(ResourceKind::kRecording, recording, tensor.ref), "");
  }
  return change;
}

Change DeleteRecording(const Recording& recording) {
  Change change;
  Delete(ResourceKind::kRecording, recording, change);
  for (const BrainTensor& tensor : TensorsOf(recording.brain)) {
    change.Delete(Family::kFacts, NeedOf(ResourceKind::kRecording, recording, tensor.ref));
  }
  return change;
}

Change SaveWordTable(const WordTable& table) {
  Change change;
  Save(ResourceKind::kWordTable, table, Encode(table), change);
  for (const WordColumn& column : table.columns) {
    change.Put(Family::kFacts, NeedOf(ResourceKind::kWordTable, table, column.values), "");
  }
  return change;
}

Change DeleteWordTable(const WordTable& table) {
  Change change;
  Delete(ResourceKind::kWordTable, table, change);
  for (const WordColumn& column : table.columns) {
    change.Delete(Family::kFacts, NeedOf(ResourceKind::kWordTable, table, column.values));
  }
  return change;
}

Change SaveModel(const Model& model) {
  Change change;
  Save(ResourceKind::kModel, model, Encode(model), change);
  for (const ModelLayer& layer : model.layers) {
    change.Put(Family::kFacts, NeedOf(ResourceKind::kModel, model, layer.layer.activations), "");
  }
  return change;
}

Change DeleteModel(const Model& model) {
  Change change;
  Delete(ResourceKind::kModel, model, change);
  for (const ModelLayer& layer : model.layers) {
    change.Delete(Family::kFacts, NeedOf(ResourceKind::kModel, model, layer.layer.activations));
  }
  return change;
}

}  // namespace brainalign
