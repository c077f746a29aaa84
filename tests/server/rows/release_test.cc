// What goes out of a job against another project's sealed recording, field by field.
#include "server/rows/release.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/align/readout.h"
#include "core/align/result_arrays.h"
#include "core/align/result_notes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/rows/convert.h"
#include "server/rows/released_result.h"
#include "tests/fakes/result_values.h"

namespace brainalign {
namespace {

using google::protobuf::FieldDescriptor;
using testing::Each;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;

// Names of the fields that are set.
std::set<std::string> FieldsOf(const google::protobuf::Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  std::set<std::string> names;
  for (const FieldDescriptor* field : fields) names.insert(field->name());
  return names;
}

// Puts something into every field, those that are added later included.
void FillEveryField(google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (!field->is_repeated() && reflection.HasField(message, field)) continue;
    if (field->is_repeated() && reflection.FieldSize(message, field) > 0) continue;
    const bool many = field->is_repeated();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_DOUBLE:
        many ? reflection.AddDouble(&message, field, 0.12345)
             : reflection.SetDouble(&message, field, 0.12345);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        many ? reflection.AddInt32(&message, field, 7) : reflection.SetInt32(&message, field, 7);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        many ? reflection.AddInt64(&message, field, 7) : reflection.SetInt64(&message, field, 7);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        many ? reflection.AddUInt64(&message, field, 7) : reflection.SetUInt64(&message, field, 7);
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        many ? reflection.AddBool(&message, field, true)
             : reflection.SetBool(&message, field, true);
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        many ? reflection.AddString(&message, field, "text")
             : reflection.SetString(&message, field, "text");
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection.SetEnumValue(&message, field, 1);
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        FillEveryField(many ? *reflection.AddMessage(&message, field)
                            : *reflection.MutableMessage(&message, field));
        break;
      default:
        FAIL() << "a kind of field that this test does not fill: " << field->full_name();
    }
  }
}

const std::vector<double> kExact = {0.10049, 0.25051, 0.12345, 0.31415, 0.05, -0.00049};

// Of two layers and three times, five folds; everything is there.
AlignmentResult Exact() {
  AlignmentResult exact;
  exact.layers = 2;
  exact.times = 3;
  exact.score = kExact;
  exact.score_per_fold.assign(5 * 6, 0.10049);
  exact.times_seconds = {0.1, 0.2, 0.3};
  exact.depth = {0.5, 1.0};
  exact.layer_names = {"a", "b"};
  exact.spec.direction = Direction::kBrainToModel;
  exact.spec.window_bounds_seconds = {0.0, 0.2};
  exact.spec.alphas = {1, 10};
  exact.alpha_counts = {1, 2, 3, 4};
  exact.constant_targets = 7;
  exact.input = {.words_given = 100,
                 .words_used = 98,
                 .dropped_words = 2,
                 .backward_onset_steps = 3,
                 .fold_sizes = {20, 20, 20, 19, 19},
                 .training_sizes = {70, 71, 72, 73, 74},
                 .purged_words = {8, 7, 6, 6, 5},
                 .constant_sensors = {1, 5},
                 .notes = {"a note on the data"}};
  exact.self_check = {.cells = 9, .largest_difference = 1e-9, .fell_back = true};
  exact.spec.in_double = true;
  exact.numerics_version = "numerics";
  ReadOff(exact);
  return exact;
}

ReleasedResult Released(const AlignmentResult& exact, const std::optional<SealPolicy>& policy) {
  StoredResult stored;
  stored.record = EncodeResultRecord(exact, 1.5);
  std::map<std::pair<int, std::int64_t>, std::string> pieces;
  EncodePieces(exact, [&](PieceName name, std::string bytes) {
    pieces[{name.array, name.piece}] = std::move(bytes);
  });
  stored.read_piece = [pieces](PieceName name) -> absl::StatusOr<std::string> {
    return pieces.at({name.array, name.piece});
  };
  stored.layers = {exact.layer_names, exact.depth};
  return *ReleasedResult::Open(std::move(stored), policy);
}

v1::AlignmentResult Told(const AlignmentResult& exact, const std::optional<SealPolicy>& policy) {
  auto told = Released(exact, policy).Tell();
  EXPECT_TRUE(told.ok()) << told.status();
  return *std::move(told);
}

// Names of arrays or axes.
template <typename Repeated>
std::vector<std::string> NamesIn(const Repeated& repeated) {
  std::vector<std::string> names;
  for (const auto& one : repeated) names.push_back(one.name());
  return names;
}

TEST(ReleaseTest, ResultTellsTheseFieldsAlone) {
  const v1::AlignmentResult told = Told(Exact(), SealPolicy());
  EXPECT_THAT(FieldsOf(told),
              ElementsAre("alignment_score_best_layer", "alignment_score_mean_of_layer_maxima",
                          "arrays", "axes", "compute_seconds", "constant_targets", "dropped_words",
                          "notes", "numerics_version", "options", "precision_used", "self_check",
                          "words_given", "words_used"));
  EXPECT_THAT(NamesIn(told.arrays()),
              ElementsAre("score", "t_max", "t_argmax", "t_max_contiguous", "window_mean",
                          "window_of_maximum", "fold_sizes"));
  // The axis of constant sensors would tell how many there are.
  EXPECT_THAT(NamesIn(told.axes()), ElementsAre("layer", "time", "fold", "window"));
  EXPECT_THAT(told.notes(), ElementsAre(HasSubstr("multiples of 0.001")));
  EXPECT_THAT(FieldsOf(told.self_check()), ElementsAre("cells", "fell_back"));
}

TEST(ReleaseTest, NumbersOfAFieldThatIsAddedLaterAreNotTold) {
  v1::AlignmentResult exact;
  FillEveryField(exact);
  EXPECT_THAT(FieldsOf(ReleaseNumbers(exact, SealPolicy())),
              ElementsAre("bf16_kernel", "compute_seconds", "constant_targets", "dropped_words",
                          "notes", "numerics_version", "options", "precision_used", "self_check",
                          "words_given", "words_used"));
}

TEST(ReleaseTest, EverythingIsReadOffTheRoundedScores) {
  const v1::AlignmentResult told = Told(Exact(), SealPolicy());
  const std::vector<double> rounded = {0.1, 0.251, 0.123, 0.314, 0.05, 0};
  EXPECT_THAT(Values(told, "score"), ElementsAreArray(rounded));
  EXPECT_FALSE(std::signbit(Values(told, "score")[5]));
  const MatrixReadout readout = ReadOff(rounded, {0.1, 0.2, 0.3}, {0.5, 1.0}, {0.0, 0.2});
  EXPECT_THAT(Values(told, "t_max"), ElementsAreArray(readout.t_max));
  EXPECT_THAT(Values(told, "t_argmax"), ElementsAreArray(readout.t_argmax));
  EXPECT_EQ(told.alignment_score_best_layer(), 0.314);
  EXPECT_EQ(told.alignment_score_mean_of_layer_maxima(), (0.251 + 0.314) / 2);
  const std::vector<double>& first = readout.windows[0].mean;
  const std::vector<double>& second = readout.windows[1].mean;
  EXPECT_THAT(Values(told, "window_mean"), ElementsAre(first[0], first[1], second[0], second[1]));
}

TEST(ReleaseTest, SensorsThatAreTargetsAreNotCounted) {
  AlignmentResult exact = Exact();
  exact.spec.direction = Direction::kModelToBrain;
  EXPECT_EQ(Told(exact, SealPolicy()).constant_targets(), 0);
  EXPECT_EQ(Told(exact, std::nullopt).constant_targets(), 7);
}

TEST(ReleaseTest, PolicyLetsFoldsAndAlphasGo) {
  SealPolicy policy;
  policy.release_fold_scores = true;
  policy.release_alpha_counts = true;
  const v1::AlignmentResult told = Told(Exact(), policy);
  EXPECT_THAT(Values(told, "score_per_fold"), testing::AllOf(testing::SizeIs(5 * 6), Each(0.1)));
  EXPECT_THAT(Values(told, "alpha_counts"), ElementsAre(1, 2, 3, 4));
}

TEST(ReleaseTest, ArrayThatIsReadByItsNameIsReleasedAsThatInTheMessage) {
  const ReleasedResult result = Released(Exact(), SealPolicy());
  const v1::AlignmentResult told = Told(Exact(), SealPolicy());
  for (const v1::ResultArray& array : told.arrays()) {
    EXPECT_EQ(*result.SizeOf(array.name()), static_cast<std::int64_t>(array.data().size()));
    EXPECT_EQ(*result.Read(array.name(), 0), array.data()) << array.name();
    // From inside an element on, too.
    EXPECT_EQ(*result.Read(array.name(), 5), array.data().substr(5)) << array.name();
  }
  for (const char* name : {"score_per_fold", "alpha_counts", "training_sizes", "purged_words",
                           "constant_sensors", "no such array", ""}) {
    const absl::Status size = result.SizeOf(name).status();
    EXPECT_TRUE(absl::IsNotFound(size)) << name;
    EXPECT_TRUE(absl::IsNotFound(result.Read(name, 0).status())) << name;
    EXPECT_THAT(std::string(size.message()),
                testing::EndsWith("it has score, t_max, t_argmax, t_max_contiguous, window_mean, "
                                  "window_of_maximum, fold_sizes"));
  }
}

TEST(ReleaseTest, ArraysOfAPolicyAreRoundedInEveryPiece) {
  constexpr std::int64_t kTimes = kPieceBytes / 8 + 100;
  AlignmentResult exact = Exact();
  exact.depth = {1};
  exact.layer_names = {"a"};
  exact.times_seconds.clear();
  for (std::int64_t t = 0; t < kTimes; ++t) exact.times_seconds.push_back(0.001 * t);
  exact.score.assign(kTimes, 0.10049);
  exact.score_per_fold.clear();
  exact.alpha_counts = {1, 2};
  const ReleasedResult result = Released(exact, SealPolicy());
  const std::string first = *result.Read("score", 0);
  const std::string rest = *result.Read("score", kPieceBytes);
  EXPECT_EQ(static_cast<std::int64_t>(first.size()), kPieceBytes);
  EXPECT_EQ(rest.size(), 800U);
  EXPECT_THAT(NumbersOf(first, false), Each(0.1));
  EXPECT_THAT(NumbersOf(rest, false), Each(0.1));
  EXPECT_FALSE(FindArray(Told(exact, SealPolicy()), "score")->has_data());
}

// A box of each array that the engine streams, and of one that it may stream later.
v1::ResultTile ExactTile() {
  TileScores tile;
  tile.index = 3;
  tile.tile = {0, 2, 0, 3};
  tile.score = kExact;
  tile.score_per_fold.assign(5 * 6, 0.10049);
  tile.alpha_counts = {1, 2, 3, 4};
  tile.constant_targets = 7;
  v1::ResultTile exact = ToProto(tile);
  *exact.add_boxes() = exact.boxes(0);
  exact.mutable_boxes(exact.boxes_size() - 1)->set_array("a new array");
  return exact;
}

TEST(ReleaseTest, TileTellsItsPlaceAndRoundedScoresAlone) {
  const v1::ResultTile told = Release(ExactTile(), SealPolicy());
  EXPECT_THAT(FieldsOf(told), ElementsAre("boxes", "tile"));
  ASSERT_EQ(told.boxes_size(), 1);
  EXPECT_EQ(told.boxes(0).array(), "score");
  EXPECT_THAT(told.boxes(0).count(), ElementsAre(2, 3));
  EXPECT_THAT(Values(told, "score"), ElementsAre(0.1, 0.251, 0.123, 0.314, 0.05, 0));
  SealPolicy policy;
  policy.release_fold_scores = true;
  policy.release_alpha_counts = true;  // of the result, not of each tile
  const v1::ResultTile more = Release(ExactTile(), policy);
  ASSERT_EQ(more.boxes_size(), 2);
  EXPECT_EQ(more.boxes(1).array(), "score_per_fold");
  EXPECT_THAT(Values(more, "score_per_fold"), Each(0.1));
}

TEST(ReleaseTest, WatchNamesTheArraysThatItTellsOf) {
  const std::vector<Axis> axes = AxesOf(Exact());
  EXPECT_THAT(NamesIn(ReleaseStreamed(axes, std::nullopt).arrays()),
              ElementsAre("score", "score_per_fold", "alpha_counts"));
  const v1::StreamedArrays told = ReleaseStreamed(axes, SealPolicy());
  EXPECT_THAT(NamesIn(told.arrays()), ElementsAre("score"));
  EXPECT_THAT(NamesIn(told.axes()), ElementsAre("layer", "time"));
}

TEST(ReleaseTest, WithoutAPolicyEverythingIsTold) {
  EXPECT_EQ(Release(ExactTile(), std::nullopt).SerializeAsString(),
            ExactTile().SerializeAsString());
  const AlignmentResult exact = Exact();
  const v1::AlignmentResult told = Told(exact, std::nullopt);
  for (const ResultArrayRow& row : ResultArrays()) {
    const bool is_released =
        std::any_of(told.arrays().begin(), told.arrays().end(),
                    [&](const auto& one) { return one.name() == row.spec.name; });
    EXPECT_EQ(is_released, !row.is_optional) << row.spec.name;
    if (!is_released) continue;
    EXPECT_EQ(Values(told, row.spec.name), row.values(exact)) << row.spec.name;
  }
  EXPECT_THAT(NamesIn(told.axes()),
              ElementsAre("layer", "time", "fold", "alpha", "window", "constant_sensor"));
  EXPECT_EQ(told.backward_onset_steps(), 3);
  EXPECT_EQ(told.self_check().largest_difference(), 1e-9);
  EXPECT_THAT(told.notes(), ElementsAreArray(exact.notes));
}

// With three nulls, and two blocks of words whose influence is there.
AlignmentResult WithUncertainty() {
  AlignmentResult exact = Exact();
  exact.spec.uncertainty = {.nulls = 3, .draws = 100, .seed = 1};
  exact.uncertainty_facts.nulls = 3;
  exact.uncertainty_facts.fold_of_block = {0, 1};
  exact.uncertainty_facts.words_of_block = {40, 58};
  exact.uncertainty_facts.brain_drift = 0.25;
  exact.uncertainty_facts.words_fingerprint = 99;
  exact.null_scores.assign(3 * 6, 0.01);
  exact.held_out_influence.assign(2 * 6, 0.02);
  exact.refit_influence.assign(2 * 6, 0.03);
  return exact;
}

TEST(ReleaseTest, NullsAndInfluenceAreToldWithoutAPolicyAlone) {
  const AlignmentResult exact = WithUncertainty();
  const v1::AlignmentResult told = Told(exact, std::nullopt);
  EXPECT_EQ(Values(told, "null_scores"), exact.null_scores);
  EXPECT_EQ(Values(told, "influence_refit"), exact.refit_influence);
  EXPECT_THAT(Values(told, "words_of_block"), ElementsAre(40, 58));
  EXPECT_EQ(told.uncertainty().brain_drift(), 0.25);
  EXPECT_EQ(told.uncertainty().words_fingerprint(), 99U);
  EXPECT_FALSE(told.uncertainty().has_model_drift());
  SealPolicy policy;
  policy.release_fold_scores = true;
  policy.release_alpha_counts = true;
  const v1::AlignmentResult sealed = Told(exact, policy);
  EXPECT_FALSE(sealed.has_uncertainty());
  for (const std::string& name : NamesIn(sealed.arrays())) {
    EXPECT_THAT(name, Not(testing::AnyOf("null_scores", "score_for_nulls", "influence_held_out",
                                         "influence_refit", "fold_of_block", "words_of_block")));
  }
  TileScores nulls;
  nulls.index = 4;
  nulls.tile = {.layer_count = 2,
                .time_count = 3,
                .kind = TileKind::kNulls,
                .null_begin = 0,
                .null_count = 3};
  nulls.null_scores = exact.null_scores;
  EXPECT_EQ(Release(ToProto(nulls), policy).boxes_size(), 0);
  EXPECT_EQ(Release(ToProto(nulls), std::nullopt).boxes_size(), 1);
  EXPECT_THAT(NamesIn(ReleaseStreamed(AxesOf(exact), std::nullopt).arrays()),
              ElementsAre("score", "score_per_fold", "alpha_counts", "null_scores",
                          "score_for_nulls", "influence_held_out", "influence_refit"));
}

TEST(ReleaseTest, DrawsAreThoseOfTheJobAndNotOfItsExecution) {
  StoredResult stored;
  stored.record = EncodeResultRecord(WithUncertainty(), 1.5);
  std::map<std::pair<int, std::int64_t>, std::string> pieces;
  EncodePieces(WithUncertainty(), [&](PieceName name, std::string bytes) {
    pieces[{name.array, name.piece}] = std::move(bytes);
  });
  stored.read_piece = [pieces](PieceName name) -> absl::StatusOr<std::string> {
    return pieces.at({name.array, name.piece});
  };
  stored.layers = {{"a", "b"}, {0.5, 1.0}};
  stored.draws = 5000;
  stored.seed = 1;
  const auto told = ReleasedResult::Open(std::move(stored), std::nullopt)->Tell();
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->options().draws(), 5000);
  EXPECT_EQ(told->options().nulls(), 3);
}

TEST(ReleaseTest, RoundingTakesTheNearestMultiple) {
  EXPECT_EQ(RoundToStep(0.2494, 0.001), 0.249);
  EXPECT_EQ(RoundToStep(0.2496, 0.001), 0.25);
  EXPECT_DOUBLE_EQ(RoundToStep(-0.7, 0.3), -0.6);
  EXPECT_DOUBLE_EQ(RoundToStep(1, 0.4), 1.2);
  EXPECT_TRUE(std::isnan(RoundToStep(std::numeric_limits<double>::quiet_NaN(), 0.001)));
}

}  // namespace
}  // namespace brainalign
