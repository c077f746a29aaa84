#include <algorithm>
#include <cctype>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/printable.h"
#include "core/words/condition_node.h"
#include "core/words/texts.h"

namespace brainalign {
namespace {

constexpr std::size_t kMostBytes = 4096;
// Parentheses and negations inside one another.
constexpr int kDeepest = 64;
constexpr char kQuartile[] = "quartile";

struct Token {
  enum class Kind { kBare, kQuoted, kSign, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;
  std::size_t place = 0;  // from 1, in bytes

  bool Is(absl::string_view bare) const { return kind == Kind::kBare && text == bare; }
  bool IsSign(absl::string_view sign) const { return kind == Kind::kSign && text == sign; }
  bool IsText() const { return kind == Kind::kBare || kind == Kind::kQuoted; }
};

bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }
bool IsSignStart(char c) { return absl::string_view("()=!<>,").find(c) != absl::string_view::npos; }
bool IsQuote(char c) { return c == '"' || c == '\''; }

absl::Status WrongAt(const Token& token, const std::string& before, const std::string& right) {
  const std::string found =
      token.kind == Token::Kind::kEnd
          ? std::string("ends")
          : absl::StrCat("has '", Printable(token.text), "' at character ", token.place);
  return absl::InvalidArgumentError(
      absl::StrCat(found, before.empty() ? "" : " after " + before, "; ", right));
}

absl::StatusOr<std::vector<Token>> Tokenise(const std::string& text) {
  static constexpr absl::string_view kSigns[] = {"<=", ">=", "!=", "==", "<",
                                                 ">",  "=",  "(",  ")",  ","};
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < text.size()) {
    if (IsSpace(text[at])) {
      ++at;
      continue;
    }
    Token token{.kind = Token::Kind::kBare, .text = {}, .place = at + 1};
    if (IsQuote(text[at])) {
      const std::size_t end = text.find(text[at], at + 1);
      if (end == std::string::npos) {
        return absl::InvalidArgumentError(
            absl::StrCat("has a quotation mark at character ", at + 1, " that is not closed"));
      }
      token.kind = Token::Kind::kQuoted;
      token.text = text.substr(at + 1, end - at - 1);
      at = end + 1;
    } else if (IsSignStart(text[at])) {
      const auto* const sign =
          std::find_if(std::begin(kSigns), std::end(kSigns), [&](absl::string_view candidate) {
            return absl::StartsWith(absl::string_view(text).substr(at), candidate);
          });
      token.kind = Token::Kind::kSign;
      token.text = sign == std::end(kSigns) ? text.substr(at, 1) : std::string(*sign);
      at += token.text.size();
      if (token.text == "==") token.text = "=";
    } else {
      const std::size_t begin = at;
      while (at < text.size() && !IsSpace(text[at]) && !IsSignStart(text[at]) && text[at] != '"') {
        ++at;
      }
      token.text = text.substr(begin, at - begin);
    }
    tokens.push_back(std::move(token));
  }
  tokens.push_back({.kind = Token::Kind::kEnd, .text = {}, .place = text.size() + 1});
  return tokens;
}

// By recursive descent: or of and of tests.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  absl::StatusOr<ConditionNode> Whole() {
    absl::StatusOr<ConditionNode> node = Joined(ConditionNode::Kind::kOr);
    if (!node.ok() || Next().kind == Token::Kind::kEnd) return node;
    return WrongAt(Next(), TextOf(*node), "give and, or, or nothing more");
  }

 private:
  const Token& Next() const { return tokens_[at_]; }
  const Token& AfterNext() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool Take(bool is_next) {
    if (is_next) ++at_;
    return is_next;
  }

  absl::StatusOr<ConditionNode> Joined(ConditionNode::Kind kind) {
    const bool is_or = kind == ConditionNode::Kind::kOr;
    ConditionNode joined{.kind = kind};
    do {
      absl::StatusOr<ConditionNode> part = is_or ? Joined(ConditionNode::Kind::kAnd) : Negated();
      if (!part.ok()) return part;
      joined.parts.push_back(*std::move(part));
    } while (Take(Next().Is(is_or ? "or" : "and")));
    if (joined.parts.size() > 1) return joined;
    ConditionNode only = std::move(joined.parts.front());
    return only;
  }

  absl::StatusOr<ConditionNode> Negated() {
    const bool is_not = Next().Is("not");
    if (!is_not && !Next().IsSign("(")) return Test();
    if (++depth_ > kDeepest) {
      return absl::InvalidArgumentError(
          absl::StrCat("has more than ", kDeepest, " parentheses or negations inside one another"));
    }
    ++at_;
    absl::StatusOr<ConditionNode> inner = is_not ? Negated() : Joined(ConditionNode::Kind::kOr);
    --depth_;
    if (!inner.ok()) return inner;
    if (is_not) {
      ConditionNode negated{.kind = ConditionNode::Kind::kNot};
      negated.parts.push_back(*std::move(inner));
      return negated;
    }
    if (Take(Next().IsSign(")"))) return inner;
    return WrongAt(Next(), TextOf(*inner), "close the parenthesis with )");
  }

  absl::StatusOr<ConditionNode> Test() {
    ConditionNode test;
    if (!Next().IsText()) {
      return WrongAt(Next(), "", "give a comparison there, such as pos = NOUN or surprisal >= 5");
    }
    test.of_quartile = Next().Is(kQuartile) && AfterNext().IsSign("(");
    if (test.of_quartile) at_ += 2;
    if (!Next().IsText()) return WrongAt(Next(), "quartile(", "give the name of a column");
    test.column = Next().text;
    ++at_;
    if (test.of_quartile && !Take(Next().IsSign(")"))) {
      return WrongAt(Next(), "quartile(" + Printable(test.column), "close it with )");
    }
    return Compared(std::move(test));
  }

  absl::StatusOr<ConditionNode> Compared(ConditionNode test) {
    static constexpr std::pair<const char*, Comparison> kComparisons[] = {
        {"=", Comparison::kEqual},   {"!=", Comparison::kNotEqual}, {"<", Comparison::kLess},
        {"<=", Comparison::kAtMost}, {">", Comparison::kMore},      {">=", Comparison::kAtLeast}};
    const std::string left = Printable(test.column);
    if (Take(Next().Is("is"))) {
      test.comparison = Take(Next().Is("not")) ? Comparison::kIsNotMissing : Comparison::kIsMissing;
      if (Take(Next().Is("missing"))) return test;
      return WrongAt(Next(), left + " is", "give missing, or not missing");
    }
    const bool is_not_in = Next().Is("not") && AfterNext().Is("in");
    if (is_not_in || Next().Is("in")) {
      at_ += is_not_in ? 2 : 1;
      test.comparison = is_not_in ? Comparison::kNotIn : Comparison::kIn;
      return Listed(std::move(test));
    }
    for (const auto& [sign, comparison] : kComparisons) {
      if (!Take(Next().IsSign(sign))) continue;
      test.comparison = comparison;
      if (!Next().IsText()) {
        return WrongAt(Next(), absl::StrCat(left, " ", sign), "give a value");
      }
      test.values.push_back(Next().text);
      ++at_;
      return test;
    }
    return WrongAt(Next(), left, "give =, !=, <, <=, >, >=, in, not in, or is missing");
  }

  // Values up to `and`, `or`, a parenthesis or the end; or those in parentheses.
  absl::StatusOr<ConditionNode> Listed(ConditionNode test) {
    const bool in_parentheses = Take(Next().IsSign("("));
    while (Next().IsText() && (in_parentheses || !(Next().Is("and") || Next().Is("or")))) {
      test.values.push_back(Next().text);
      ++at_;
      Take(Next().IsSign(",") && AfterNext().IsText());
    }
    if (test.values.empty()) {
      return WrongAt(Next(), Printable(test.column) + " in", "give at least one value");
    }
    if (in_parentheses && !Take(Next().IsSign(")"))) {
      return WrongAt(Next(), Printable(test.values.back()), "close the list with )");
    }
    return test;
  }

  const std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

// As it can be read again.
std::string Quoted(const std::string& text) {
  static constexpr absl::string_view kKeywords[] = {"and", "or", "not", "in", "is", kQuartile};
  const bool is_plain =
      !text.empty() && !IsQuote(text.front()) &&
      std::find(std::begin(kKeywords), std::end(kKeywords), text) == std::end(kKeywords) &&
      std::none_of(text.begin(), text.end(),
                   [](char c) { return IsSpace(c) || IsSignStart(c) || c == '"'; });
  if (is_plain) return text;
  const char* const quote = text.find('"') == std::string::npos ? "\"" : "'";
  return absl::StrCat(quote, text, quote);
}

const char* SignOf(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return "=";
    case Comparison::kNotEqual:
      return "!=";
    case Comparison::kLess:
      return "<";
    case Comparison::kAtMost:
      return "<=";
    case Comparison::kMore:
      return ">";
    case Comparison::kAtLeast:
      return ">=";
    case Comparison::kIn:
      return "in";
    case Comparison::kNotIn:
      return "not in";
    case Comparison::kIsMissing:
      return "is missing";
    case Comparison::kIsNotMissing:
      return "is not missing";
  }
  return "";
}

}  // namespace

absl::StatusOr<ConditionNode> ParseCondition(const std::string& text) {
  if (text.size() > kMostBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", text.size(), " bytes; give at most ", kMostBytes));
  }
  const bool has_control = std::any_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < 0x20 && !absl::ascii_isspace(c)) || c == 0x7F;
  });
  if (has_control || !CodePointsOf(text).has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("is '", Printable(text), "', which is not text"));
  }
  absl::StatusOr<std::vector<Token>> tokens = Tokenise(text);
  if (!tokens.ok()) return tokens.status();
  if (tokens->size() == 1) {
    return absl::InvalidArgumentError("is empty; give a condition such as pos in NOUN VERB");
  }
  return Parser(*std::move(tokens)).Whole();
}

std::string TextOf(const ConditionNode& node) {
  if (node.kind == ConditionNode::Kind::kTest) {
    std::string text = node.of_quartile ? absl::StrCat(kQuartile, "(", Quoted(node.column), ")")
                                        : Quoted(node.column);
    absl::StrAppend(&text, " ", SignOf(node.comparison));
    for (const std::string& value : node.values) absl::StrAppend(&text, " ", Quoted(value));
    return text;
  }
  std::vector<std::string> parts;
  for (const ConditionNode& part : node.parts) {
    const bool is_joined =
        part.kind == ConditionNode::Kind::kAnd || part.kind == ConditionNode::Kind::kOr;
    parts.push_back(is_joined ? absl::StrCat("(", TextOf(part), ")") : TextOf(part));
  }
  if (node.kind == ConditionNode::Kind::kNot) return "not " + parts.front();
  return absl::StrJoin(parts, node.kind == ConditionNode::Kind::kAnd ? " and " : " or ");
}

}  // namespace brainalign
