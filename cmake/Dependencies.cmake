# Debian's packages; scripts/setup installs them.
include(CoreDependencies)
include(ClientDependencies)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(RocksDB REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(Systemd REQUIRED IMPORTED_TARGET libsystemd)

# Files of labs: HDF5, and MATLAB's before 7.3, whose variables zlib compresses. matio.pc names a
# folder that is not there.
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5-serial)
find_package(ZLIB REQUIRED)
find_library(MATIO_LIBRARY matio REQUIRED)
find_path(MATIO_INCLUDE_DIR matio.h REQUIRED)
if(NOT TARGET matio::matio)
  add_library(matio::matio INTERFACE IMPORTED)
  set_target_properties(matio::matio PROPERTIES
    INTERFACE_LINK_LIBRARIES ${MATIO_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${MATIO_INCLUDE_DIR})
endif()
