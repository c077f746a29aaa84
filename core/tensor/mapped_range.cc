#include "core/tensor/mapped_range.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <limits>

namespace brainalign {
namespace {

constexpr std::int64_t kAllReadable = std::numeric_limits<std::int64_t>::max();

}  // namespace

// The list of slots only grows, and slots are reused. So the signal handler, which must not wait,
// can read it at any moment. A thread that reads a range keeps it alive, so the slot of a fault
// does not change during the handler. Other slots may change, which their `version` shows.
struct MappedRange::Slot {
  std::atomic<bool> taken{true};
  std::atomic<std::uint64_t> version{0};  // odd while `begin` and `end` change
  std::atomic<std::uintptr_t> begin{0};
  std::atomic<std::uintptr_t> end{0};  // of its last page; equal to `begin`: no range
  std::atomic<int> protection{PROT_READ};
  std::atomic<std::int64_t> first_unreadable_byte{kAllReadable};
  Slot* next = nullptr;  // fixed once it is in the list

  void Set(std::uintptr_t range_begin, std::uintptr_t range_end) {
    ++version;
    begin = range_begin;
    end = range_end;
    ++version;
  }

  bool Holds(std::uintptr_t address) const {
    const std::uint64_t before = version;
    const bool is_inside = address >= begin && address < end;
    return is_inside && before % 2 == 0 && before == version;
  }
};

namespace {

using Slot = MappedRange::Slot;

static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
              std::atomic<std::uintptr_t>::is_always_lock_free &&
              std::atomic<Slot*>::is_always_lock_free);

std::atomic<Slot*> first_slot{nullptr};

Slot* TakeSlot() {
  for (Slot* slot = first_slot; slot != nullptr; slot = slot->next) {
    if (!slot->taken.exchange(true)) return slot;
  }
  auto* const slot = new Slot;
  slot->next = first_slot;
  while (!first_slot.compare_exchange_weak(slot->next, slot)) {
  }
  return slot;
}

std::uintptr_t PageBytes() { return static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

MappedRange::MappedRange(const std::byte* data, std::int64_t size_bytes, int protection)
    : slot_(TakeSlot()) {
  const auto begin = reinterpret_cast<std::uintptr_t>(data);
  const std::uintptr_t pages =
      (static_cast<std::uintptr_t>(size_bytes) + PageBytes() - 1) / PageBytes();
  slot_->protection = protection;
  slot_->first_unreadable_byte = kAllReadable;
  slot_->Set(begin, begin + pages * PageBytes());
}

MappedRange::~MappedRange() {
  slot_->Set(0, 0);
  slot_->taken = false;
}

std::int64_t MappedRange::first_unreadable_byte() const {
  // A plain load could be made before the reads of the file that come before it.
  const std::int64_t first = slot_->first_unreadable_byte.fetch_add(0);
  return first == kAllReadable ? -1 : first;
}

bool ReplaceUnreadable(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (Slot* slot = first_slot; slot != nullptr; slot = slot->next) {
    if (!slot->Holds(at)) continue;
    const std::uintptr_t page = at - at % PageBytes();
    // The mark is set first, so that a thread that reads a zero finds the mark.
    const auto offset = static_cast<std::int64_t>(page - slot->begin);
    std::int64_t first = slot->first_unreadable_byte;
    while (offset < first && !slot->first_unreadable_byte.compare_exchange_weak(first, offset)) {
    }
    // mmap is a bare system call, which may be made here. Of two threads that are here with one
    // page the second one puts zeros in the place of zeros.
    void* const zeros = mmap(reinterpret_cast<void*>(page), slot->end - page, slot->protection,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
    return zeros != MAP_FAILED;
  }
  return false;
}

}  // namespace brainalign
