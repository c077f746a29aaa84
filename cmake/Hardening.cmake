# What the programs that are shipped are compiled and linked with against mistakes that are left in
# them: an overflow, a wrong index or an overwritten address ends the program instead of being of
# use to somebody. Of everything that is compiled here, generated code too. Not with sanitizers,
# which find more.
if(BRAINALIGN_HARDENING AND NOT BRAINALIGN_SANITIZE)
  include(CheckCXXCompilerFlag)
  include(CheckPIESupported)
  check_pie_supported()
  # Of the optimiser's, and so not where there is none.
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
    $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
  add_compile_definitions($<$<COMPILE_LANGUAGE:CXX>:_GLIBCXX_ASSERTIONS>)
  foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection)
    string(MAKE_C_IDENTIFIER "BRAINALIGN_HAS${flag}" has_flag)
    # -fcf-protection is of x86 alone.
    check_cxx_compiler_flag(${flag} ${has_flag})
    if(${has_flag})
      add_compile_options(${flag})
    endif()
  endforeach()
  add_link_options(LINKER:-z,relro LINKER:-z,now)
endif()
