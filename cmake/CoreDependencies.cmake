# What brainalign_core is linked with: for the build, and, installed beside the package's
# configuration, for programs that link it. docs/cpp.md lists Debian's packages.
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
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
