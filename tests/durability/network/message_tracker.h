#ifndef BRAINALIGN_TESTS_DURABILITY_NETWORK_MESSAGE_TRACKER_H_
#define BRAINALIGN_TESTS_DURABILITY_NETWORK_MESSAGE_TRACKER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace brainalign {

// A place in the bytes of a connection, told by the messages that pass.
struct Place {
  // Where in the message, which is a head of five bytes and its content.
  enum Where {
    kAfterHead,  // before its content
    kMiddle,
    kBeforeLastByte,
    kAfterLastByte,  // the boundary to the next message
    kOneByteLater,   // one byte of what follows, be it a header or a message
  };
  int message = 0;  // which one, from 0
  Where where = kMiddle;
};

// Reads along with one direction of an HTTP/2 connection and finds places in it:
// frames of nine bytes of header and a content (RFC 9113, section 4.1), messages in
// DATA frames, each with a flag and a length in front (the gRPC protocol).
class MessageTracker {
 public:
  // Messages with less content than `least_bytes` are not counted.
  MessageTracker(bool from_client, std::int64_t least_bytes);

  // Is told of each counted message whose first bytes have passed: its stream, and up to
  // kFrontBytes of its content.
  static constexpr std::size_t kFrontBytes = 96;
  using OnMessage = std::function<void(std::uint32_t stream, const std::string& front)>;
  void Observe(OnMessage on_message) { on_message_ = std::move(on_message); }

  // Sets the place to find; it counts on from the messages that have passed whole.
  void Seek(const Place& place);

  // Takes up to `size` bytes that follow those before, but stops at the place sought:
  // returns how many it took, and whether the place was reached (the bytes taken lie
  // before it). After that nothing is sought.
  struct Step {
    std::size_t bytes = 0;
    bool reached = false;
  };
  Step Take(const char* data, std::size_t size);

  // Content of counted messages that has passed.
  std::int64_t content_bytes() const { return content_bytes_; }
  int messages_passed() const { return messages_passed_; }

 private:
  struct Message {
    std::string head;        // up to five bytes
    std::string front;       // of the content
    std::int64_t taken = 0;  // of head and content
    std::int64_t total = 0;  // known once the head is there
    int number = -1;         // among those counted
  };

  std::size_t TakeFrameHeader(const char* data, std::size_t size);
  // At most to the next byte at which the place may lie.
  std::size_t TakeData(const char* data, std::size_t size);
  bool IsPlace(const Message& message) const;
  std::int64_t BytesToPlace(const Message& message) const;

  void KeepFront(Message& message, const char* data, std::size_t size);

  const std::int64_t least_bytes_;
  OnMessage on_message_;
  std::int64_t preface_left_;
  std::string frame_header_;
  std::int64_t frame_left_ = 0;
  bool is_data_ = false;
  std::uint32_t stream_ = 0;
  std::map<std::uint32_t, Message> messages_;  // begun, by stream
  int messages_begun_ = 0;
  int messages_passed_ = 0;
  std::int64_t content_bytes_ = 0;
  std::optional<Place> sought_;
  bool reached_ = false;
  bool one_more_ = false;  // the place is one byte on
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_NETWORK_MESSAGE_TRACKER_H_
