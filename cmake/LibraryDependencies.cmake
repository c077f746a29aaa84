# What the libraries are linked with: for the build, and, installed beside the package's
# configuration, for programs that link them.
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Protobuf REQUIRED)  # module mode: must come before gRPC
find_package(gRPC CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(OpenBLAS REQUIRED IMPORTED_TARGET openblas)

# Products in bf16. oneDNN's own package file asks for OpenCL, which nothing here
# needs; gomp is where its threads come from, held to one.
find_library(DNNL_LIBRARY dnnl REQUIRED)
find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.h REQUIRED)
if(NOT TARGET dnnl::dnnl)
  add_library(dnnl::dnnl INTERFACE IMPORTED)
  set_target_properties(dnnl::dnnl PROPERTIES
    INTERFACE_LINK_LIBRARIES "${DNNL_LIBRARY};gomp"
    INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})
endif()

# CRC32C, with the processor's instruction where there is one.
find_library(ISAL_LIBRARY isal REQUIRED)
find_path(ISAL_INCLUDE_DIR isa-l/crc.h REQUIRED)
if(NOT TARGET isal::isal)
  add_library(isal::isal INTERFACE IMPORTED)
  set_target_properties(isal::isal PROPERTIES
    INTERFACE_LINK_LIBRARIES ${ISAL_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${ISAL_INCLUDE_DIR})
endif()
