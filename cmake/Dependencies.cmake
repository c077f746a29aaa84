# Debian's packages; scripts/setup installs them.
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Protobuf REQUIRED)  # module mode: must come before gRPC
find_package(gRPC CONFIG REQUIRED)
find_package(RocksDB REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(OpenBLAS REQUIRED IMPORTED_TARGET openblas)

# Products in bf16. oneDNN's own package file asks for OpenCL, which nothing here
# needs; gomp is where its threads come from, held to one.
find_library(DNNL_LIBRARY dnnl REQUIRED)
find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.h REQUIRED)
add_library(dnnl::dnnl INTERFACE IMPORTED)
set_target_properties(dnnl::dnnl PROPERTIES
  INTERFACE_LINK_LIBRARIES "${DNNL_LIBRARY};gomp"
  INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})

# CRC32C, with the processor's instruction where there is one.
find_library(ISAL_LIBRARY isal REQUIRED)
find_path(ISAL_INCLUDE_DIR isa-l/crc.h REQUIRED)
add_library(isal::isal INTERFACE IMPORTED)
set_target_properties(isal::isal PROPERTIES
  INTERFACE_LINK_LIBRARIES ${ISAL_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${ISAL_INCLUDE_DIR})
