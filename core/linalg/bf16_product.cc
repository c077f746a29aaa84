#include "core/linalg/bf16_product.h"

#include <oneapi/dnnl/dnnl.h>

#include <array>
#include <atomic>
#include <memory>
#include <new>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "core/fence.h"
#include "core/linalg/address_space.h"
#include "core/linalg/one_dnn_threads.h"

namespace brainalign {
namespace {

template <auto Destroy>
struct Destroyer {
  template <typename Handle>
  void operator()(Handle* handle) const {
    Destroy(handle);
  }
};

template <typename Handle, auto Destroy>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroyer<Destroy>>;

using Engine = Owned<dnnl_engine_t, dnnl_engine_destroy>;
using Stream = Owned<dnnl_stream_t, dnnl_stream_destroy>;
using Memory = Owned<dnnl_memory_t, dnnl_memory_destroy>;
using Description = Owned<dnnl_primitive_desc_t, dnnl_primitive_desc_destroy>;
using Primitive = Owned<dnnl_primitive_t, dnnl_primitive_destroy>;

// Keeps the first failure; after it nothing more is called.
class Calls {
 public:
  template <typename Function, typename... Arguments>
  void Call(const char* name, Function function, Arguments... arguments) {
    if (!status_.ok()) return;
    const dnnl_status_t code = function(arguments...);
    if (code == dnnl_out_of_memory) {
      status_ = NoMemoryLeft();
    } else if (code != dnnl_success) {
      status_ = absl::InternalError(absl::StrCat("oneDNN's ", name, " failed with code ", code));
    }
  }
  // A call that hands out a handle through its first argument.
  template <typename Result, typename Function, typename... Arguments>
  Result Make(const char* name, Function function, Arguments... arguments) {
    typename Result::pointer handle = nullptr;
    Call(name, function, &handle, arguments...);
    return Result(handle);
  }
  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

const dnnl_engine_t& CpuEngine() {
  static const dnnl_engine_t engine = [] {
    dnnl_engine_t made = nullptr;
    dnnl_engine_create(&made, dnnl_cpu, 0);
    return made;
  }();
  return engine;
}

dnnl_memory_desc_t Describe(Calls& calls, std::int64_t rows, std::int64_t columns,
                            std::int64_t stride, std::int64_t column_stride,
                            dnnl_data_type_t type) {
  dnnl_memory_desc_t description = {};
  const dnnl_dims_t sizes = {rows, columns};
  const dnnl_dims_t strides = {stride, column_stride};
  calls.Call("memory_desc_init_by_strides", dnnl_memory_desc_init_by_strides, &description, 2,
             sizes, type, strides);
  return description;
}

// Whether a small product comes out right: that oneDNN may make and run code here.
bool MultipliesRightly() {
  constexpr int kSize = 48;
  std::array<std::uint16_t, kSize* kSize> left = {};
  std::array<std::uint16_t, kSize* kSize> right = {};
  left.fill(0x3f80);   // 1
  right.fill(0x4000);  // 2
  std::array<float, kSize* kSize> out = {};
  const absl::Status status = MultiplyBf16({left.data(), kSize, kSize, kSize},
                                           {right.data(), kSize, kSize, kSize}, out.data(), kSize);
  // This failure does not depend on the processor, so the next call tries again.
  if (absl::IsResourceExhausted(status)) throw std::bad_alloc();
  if (!status.ok()) return false;
  for (const float value : out) {
    if (value != 2.0f * kSize) return false;
  }
  return true;
}

// Name of the instructions for bf16 that oneDNN uses; empty if there are none.
std::string Instructions() {
  const unsigned isa = dnnl_get_effective_cpu_isa();
  const auto has = [isa](unsigned wanted) { return (isa & wanted) == wanted; };
  if (has(dnnl_cpu_isa_avx512_core_amx)) return "avx512_core_amx";
  if (has(dnnl_cpu_isa_avx512_core_bf16)) return "avx512_core_bf16";
  return "";
}

std::string KernelName(const std::string& instructions) {
  if (instructions.empty() || !MultipliesRightly()) return "";
  const dnnl_version_t& version = *dnnl_version();
  return absl::StrCat("onednn-", version.major, ".", version.minor, ".", version.patch, "-",
                      instructions);
}

std::atomic<Bf16Choice> choice_for_test{Bf16Choice::kQuick};

}  // namespace

std::string Bf16KernelName() {
  switch (choice_for_test.load()) {
    case Bf16Choice::kNowhere:
      return "";
    case Bf16Choice::kAnywhere:
      return KernelName(Instructions().empty() ? "emulated" : Instructions());
    case Bf16Choice::kQuick:
      break;
  }
  static const auto& name = *new std::string(KernelName(Instructions()));
  return name;
}

void SetBf16ChoiceForTest(Bf16Choice choice) { choice_for_test = choice; }

absl::Status MultiplyBf16(const Bf16Matrix& left, const Bf16Matrix& right, float* out,
                          std::int64_t out_stride) {
  // It crashes where it has none for the code that it makes.
  constexpr std::size_t kKernelBytes = std::size_t{16} << 20;
  if (!HasAddressSpace(kKernelBytes)) return NoMemoryLeft();
  UseCallersOneDnnThread();
  Calls calls;
  const dnnl_memory_desc_t left_shape =
      Describe(calls, left.rows, left.columns, left.stride, left.column_stride, dnnl_bf16);
  const dnnl_memory_desc_t right_shape =
      Describe(calls, right.rows, right.columns, right.stride, right.column_stride, dnnl_bf16);
  const dnnl_memory_desc_t out_shape =
      Describe(calls, left.rows, right.columns, out_stride, 1, dnnl_f32);
  dnnl_matmul_desc_t product = {};
  calls.Call("matmul_desc_init", dnnl_matmul_desc_init, &product, &left_shape, &right_shape,
             nullptr, &out_shape);
  const dnnl_engine_t engine = CpuEngine();
  const auto description = calls.Make<Description>(
      "primitive_desc_create", dnnl_primitive_desc_create, &product, nullptr, engine, nullptr);
  const auto primitive =
      calls.Make<Primitive>("primitive_create", dnnl_primitive_create, description.get());
  const auto stream =
      calls.Make<Stream>("stream_create", dnnl_stream_create, engine, dnnl_stream_default_flags);
  const auto memory = [&](const dnnl_memory_desc_t& shape, const void* data) {
    return calls.Make<Memory>("memory_create", dnnl_memory_create, &shape, engine,
                              const_cast<void*>(data));
  };
  const Memory left_memory = memory(left_shape, left.data);
  const Memory right_memory = memory(right_shape, right.data);
  const Memory out_memory = memory(out_shape, out);
  const std::array<dnnl_exec_arg_t, 3> arguments = {{{DNNL_ARG_SRC, left_memory.get()},
                                                     {DNNL_ARG_WEIGHTS, right_memory.get()},
                                                     {DNNL_ARG_DST, out_memory.get()}}};
  calls.Call("primitive_execute", dnnl_primitive_execute, primitive.get(), stream.get(),
             static_cast<int>(arguments.size()), arguments.data());
  calls.Call("stream_wait", dnnl_stream_wait, stream.get());
  return calls.status();
}

}  // namespace brainalign
