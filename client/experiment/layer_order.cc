#include "client/experiment/layer_order.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/experiment/counting_words.h"
#include "client/experiment/layer_name.h"

namespace brainalign {
namespace {

using Indices = std::vector<std::size_t>;

enum class Things { kLayers, kOthers };

absl::Status Unclear(const std::string& reason) { return absl::InvalidArgumentError(reason); }

// Names that differ by numbers, and the readings of those numbers.
class NumberedNames {
 public:
  NumberedNames(Things things, const std::vector<std::string>& names,
                const std::vector<LayerName>& parsed, Indices chosen)
      : things_(things), names_(names), parsed_(parsed), chosen_(std::move(chosen)) {}

  absl::StatusOr<Indices> Sort() {
    if (chosen_.size() < 2) return chosen_;
    if (absl::Status status = FindKey(); !status.ok()) return status;
    std::optional<std::size_t> decimal;
    if (Joint(key_) != '\0') {
      decimal = key_;
    } else if (key_ > 0 && Joint(key_ - 1) != '\0') {
      decimal = key_ - 1;
    }
    if (!decimal) return SortByWhole();
    return SortByWholeOrDecimal(*decimal);
  }

  // An error if a word hints that the numbers that gave this order count from the last layer. The
  // name that is the last by its number may say so.
  absl::Status CheckDirection(const Indices& order) const {
    if (order.size() < 2) return absl::OkStatus();
    for (std::size_t k = 0; k + 1 < order.size(); ++k) {
      const LayerName& name = parsed_[order[k]];
      const std::string word = WordOfCountingBack(
          things_ == Things::kLayers ? name.words : std::vector{name.WordBefore(key_)});
      if (!word.empty()) {
        return Unclear(absl::StrCat("the number of ", QuoteName(names_[order[k]]),
                                    " may count from the last layer, because of the word ",
                                    QuoteName(word)));
      }
    }
    const std::string& before = At(0).text[key_];
    const bool by_sign = absl::EndsWith(before, "~") || absl::EndsWith(before, "^");
    // "n" and "m" stand for minus signs in names of files.
    const std::string letter = At(0).WordBefore(key_);
    const bool by_letter = things_ == Things::kLayers && (letter == "n" || letter == "m") &&
                           absl::EndsWithIgnoreCase(before, letter) && !HasZero(key_);
    if (!by_sign && !by_letter) return absl::OkStatus();
    return Unclear(absl::StrCat("the number of ", Quoted(0), " may count from the last layer"));
  }

 private:
  const LayerName& At(std::size_t i) const { return parsed_[chosen_[i]]; }
  std::string Quoted(std::size_t i) const { return QuoteName(names_[chosen_[i]]); }

  // The first number that is not the same in all names; the text up to there is.
  absl::Status FindKey() {
    for (std::size_t p = 0;; ++p) {
      bool varies = false;
      for (std::size_t i = 0; i < chosen_.size(); ++i) {
        if (At(i).PlainText(p) != At(0).PlainText(p)) {
          return Unclear(
              absl::StrCat(Quoted(0), " and ", Quoted(i), " differ in more than a number"));
        }
        if (At(i).number.size() <= p) {
          return Unclear(p == 0 ? absl::StrCat(Quoted(i), " has no number")
                                : absl::StrCat(Quoted(i),
                                               " lacks a number that others have, or is "
                                               "the same as another"));
        }
        varies = varies || Whole(i, p) != Whole(0, p);
      }
      if (!varies && std::all_of(chosen_.begin(), chosen_.end(), [&](std::size_t index) {
            return parsed_[index].number.size() == p + 1;
          })) {
        return Unclear(absl::StrCat(Quoted(0), " and ", Quoted(1), " have the same number"));
      }
      if (!varies) continue;
      key_ = p;
      return absl::OkStatus();
    }
  }

  DecimalNumber Whole(std::size_t i, std::size_t p) const {
    return DecimalNumber::Of(At(i).number[p], "", false);
  }

  // The one character between numbers `p` and `p + 1` of all names that have both, if it may stand
  // for a decimal point; else 0.
  char Joint(std::size_t p) const {
    char joint = '\0';
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      if (At(i).number.size() <= p + 1) continue;
      const std::string& between = At(i).text[p + 1];
      if (between.size() != 1 || !absl::StrContains(".,_p", between)) return '\0';
      if (joint != '\0' && joint != between[0]) return '\0';
      joint = between[0];
    }
    return joint;
  }

  // Whether the number `p` of all names is negative. In doubt a hyphen is not taken for a sign.
  absl::StatusOr<bool> IsNegative(std::size_t p) const {
    std::map<Sign, std::size_t> example;
    for (std::size_t i = 0; i < chosen_.size(); ++i) example.emplace(At(i).SignOf(p), i);
    if (example.size() > 1) {
      return Unclear(absl::StrCat(Quoted(example.begin()->second), " and ",
                                  Quoted(example.rbegin()->second),
                                  " differ in the sign of their number"));
    }
    const Sign sign = example.begin()->first;
    // Nobody writes -0. Zeros before a number prove nothing: f"layer{-1:03d}" is "layer-01".
    if (sign != Sign::kNone && HasZero(p) != (sign == Sign::kMinusMaybe)) {
      return Unclear(
          absl::StrCat("the hyphen before the number of ", Quoted(0), " may be a minus sign"));
    }
    return sign == Sign::kMinus;
  }

  // Whether the number `p` of a name is 0, with what follows after a decimal point.
  bool HasZero(std::size_t p) const {
    const bool has_fraction = Joint(p) == '.';
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const std::string fraction = has_fraction ? Fraction(i, p) : "";
      if (DecimalNumber::Of(At(i).number[p], fraction, false).IsZero()) return true;
    }
    return false;
  }

  // Positions in `chosen_` by `values`, which must differ, with all other numbers that vary in the
  // same order.
  absl::StatusOr<Indices> SortBy(const std::vector<DecimalNumber>& values, std::size_t first,
                                 std::size_t last) const {
    Indices order(chosen_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    for (std::size_t i = 1; i < order.size(); ++i) {
      const std::string pair = absl::StrCat(Quoted(order[i - 1]), " and ", Quoted(order[i]));
      if (values[order[i - 1]] == values[order[i]]) {
        return Unclear(absl::StrCat(pair, " have the same number, ", At(order[i]).number[first],
                                    ", where the names differ first"));
      }
      if (!FollowInAll(order[i - 1], order[i], first, last)) {
        return Unclear(absl::StrCat("more than one number varies, and not all rise from ",
                                    Quoted(order[i - 1]), " to ", Quoted(order[i])));
      }
    }
    return order;
  }

  // Whether no number but those from `first` to `last` falls from name `a` to name `b`, where the
  // names are alike.
  bool FollowInAll(std::size_t a, std::size_t b, std::size_t first, std::size_t last) const {
    if (At(a).number.size() != At(b).number.size()) return true;
    for (std::size_t p = first; p < At(a).text.size(); ++p) {
      if (At(a).PlainText(p) != At(b).PlainText(p)) return true;
    }
    for (std::size_t p = last + 1; p < At(a).number.size(); ++p) {
      const auto value = [&](std::size_t i) {
        return DecimalNumber::Of(At(i).number[p], "", At(i).SignOf(p) == Sign::kMinus);
      };
      if (value(b) < value(a)) return false;
    }
    return true;
  }

  absl::StatusOr<Indices> Named(const absl::StatusOr<Indices>& order) const {
    if (!order.ok()) return order.status();
    Indices named;
    for (const std::size_t i : *order) named.push_back(chosen_[i]);
    return named;
  }

  absl::StatusOr<Indices> OrderByWhole() const {
    const absl::StatusOr<bool> negative = IsNegative(key_);
    if (!negative.ok()) return negative.status();
    std::vector<DecimalNumber> values;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      values.push_back(DecimalNumber::Of(At(i).number[key_], "", *negative));
    }
    return SortBy(values, key_, key_);
  }

  absl::StatusOr<Indices> SortByWhole() const { return Named(OrderByWhole()); }

  // Numbers `p` and `p + 1` may be one decimal number, or two whole ones.
  absl::StatusOr<Indices> SortByWholeOrDecimal(std::size_t p) const {
    const absl::StatusOr<Indices> whole = OrderByWhole();
    const absl::StatusOr<bool> negative = IsNegative(p);
    if (!MayBeDecimals(p)) return Named(whole);
    if (!negative.ok()) return Whole(0, p).IsZero() ? negative.status() : Named(whole);
    std::vector<DecimalNumber> values;
    std::vector<std::pair<DecimalNumber, DecimalNumber>> pairs;
    bool shares = !*negative;  // all between 0 and 1, as relative depths are
    bool other_points = false;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const std::string fraction = Fraction(i, p);
      values.push_back(DecimalNumber::Of(At(i).number[p], fraction, *negative));
      pairs.emplace_back(Whole(i, p), DecimalNumber::Of(fraction, "", false));
      shares = shares && values.back() <= DecimalNumber::Of("1", "", false);
      for (std::size_t t = 0; t < At(i).text.size(); ++t) {
        other_points = other_points || (t != p + 1 && absl::StrContains(At(i).text[t], "."));
      }
    }
    const absl::StatusOr<Indices> decimal = SortBy(values, p, p + 1);
    if (!decimal.ok()) return Named(whole);
    if (whole.ok() && *whole == *decimal) return Named(decimal);
    if (Joint(p) == '.') {
      const bool sorted_as_pairs =
          std::is_sorted(decimal->begin(), decimal->end(),
                         [&](std::size_t a, std::size_t b) { return pairs[a] < pairs[b]; });
      if (!whole.ok() && sorted_as_pairs) return Named(decimal);
      if (shares && !other_points) return Named(decimal);
    } else if (!whole.ok()) {
      return whole.status();
    }
    return Unclear(
        absl::StrCat("the numbers of ", Quoted(0), " may be one decimal number or two numbers"));
  }

  std::string Fraction(std::size_t i, std::size_t p) const {
    return At(i).number.size() > p + 1 ? At(i).number[p + 1] : "";
  }

  // Decimals are written to the same number of places, or without zeros at their end.
  bool MayBeDecimals(std::size_t p) const {
    bool same_length = true;
    bool trimmed = true;
    std::size_t length = 0;
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      const std::string fraction = Fraction(i, p);
      if (fraction.empty()) continue;
      same_length = same_length && (length == 0 || fraction.size() == length);
      length = fraction.size();
      trimmed = trimmed && (fraction == "0" || fraction.back() != '0');
    }
    return same_length || trimmed;
  }

  const Things things_;
  const std::vector<std::string>& names_;
  const std::vector<LayerName>& parsed_;
  const Indices chosen_;  // indices into the names
  std::size_t key_ = 0;
};

// Each hyphen between a letter and a number as a space.
std::string WithoutJoiningHyphens(std::string name) {
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    const bool joins =
        name[i] == '-' && absl::ascii_isalpha(static_cast<unsigned char>(name[i - 1]));
    if (joins && absl::ascii_isdigit(static_cast<unsigned char>(name[i + 1]))) name[i] = ' ';
  }
  return name;
}

}  // namespace

std::string FileName(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string QuoteName(const std::string& name) {
  return absl::StrCat("'", absl::Utf8SafeCHexEscape(name), "'");
}

absl::StatusOr<LayerOrder> OrderByNames(const std::vector<std::string>& names) {
  if (names.size() == 1) return LayerOrder{.layers = {0}, .how = "there is one layer"};
  std::vector<LayerName> parsed;
  std::map<LayerKind, Indices> of_kind;
  Indices all(names.size());
  std::iota(all.begin(), all.end(), 0);
  for (const std::size_t i : all) {
    parsed.push_back(ParseLayerName(names[i]));
    of_kind[parsed.back().kind].push_back(i);
  }
  const std::string by_numbers = "by the numbers in their names";
  NumberedNames numbered(Things::kLayers, names, parsed, all);
  absl::StatusOr<Indices> order = numbered.Sort();
  if (order.ok()) {
    if (absl::Status status = numbered.CheckDirection(*order); !status.ok()) return status;
    return LayerOrder{.layers = *std::move(order), .how = by_numbers};
  }

  const Indices& first = of_kind[LayerKind::kEmbedding];
  const Indices& last = of_kind[LayerKind::kFinal];
  // If all names are of one kind, only numbers distinguish them.
  if (first.size() == names.size() || last.size() == names.size()) return order.status();
  if (first.empty() && last.empty()) return order.status();
  for (const Indices* several : {&first, &last}) {
    if (several->size() < 2) continue;
    return Unclear(absl::StrCat(QuoteName(names[(*several)[0]]), " and ",
                                QuoteName(names[(*several)[1]]), " may both be the ",
                                several == &first ? "first" : "last"));
  }
  NumberedNames others(Things::kLayers, names, parsed, of_kind[LayerKind::kOther]);
  order = others.Sort();
  if (!order.ok()) return order.status();
  if (absl::Status status = others.CheckDirection(*order); !status.ok()) return status;
  LayerOrder found{.layers = first, .how = by_numbers};
  found.layers.insert(found.layers.end(), order->begin(), order->end());
  found.layers.insert(found.layers.end(), last.begin(), last.end());
  if (!first.empty()) {
    absl::StrAppend(&found.how, ", ", QuoteName(names[first[0]]), " as embeddings first");
  }
  if (!last.empty()) absl::StrAppend(&found.how, ", ", QuoteName(names[last[0]]), " last");
  return found;
}

absl::StatusOr<LayerOrder> OrderByNumbers(const std::vector<std::string>& names) {
  std::vector<LayerName> parsed;
  for (const std::string& name : names)
    parsed.push_back(ParseLayerName(WithoutJoiningHyphens(name)));
  Indices all(names.size());
  std::iota(all.begin(), all.end(), 0);
  NumberedNames numbered(Things::kOthers, names, parsed, std::move(all));
  absl::StatusOr<Indices> order = numbered.Sort();
  if (!order.ok()) return order.status();
  if (absl::Status status = numbered.CheckDirection(*order); !status.ok()) return status;
  return LayerOrder{.layers = *std::move(order), .how = "by the numbers in their names"};
}

absl::StatusOr<LayerOrder> OrderByList(const std::vector<std::string>& names,
                                       const std::vector<std::string>& listed,
                                       const std::string& source) {
  LayerOrder order{.layers = {}, .how = absl::StrCat("as listed in ", FileName(source))};
  std::set<std::string> seen;
  for (const std::string& name : listed) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat(source, " lists ", QuoteName(name), ", and there is no layer of that name"));
    }
    if (!seen.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat(source, " lists ", QuoteName(name), " twice"));
    }
    order.layers.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return order;
}

}  // namespace brainalign
