# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
# The real binary with one command more, which a program of its own does: tests/e2e/test_program.py.

PROGRAM_OBJ := $(BUILD)/tests/program/command_table.o $(BUILD)/tests/program/program.o

# Where its programs lie is fixed in it: in a copy of the folder it is built anew.
$(PROGRAM_PLACE): told := $(abspath $(BUILD))

$(PROGRAM_OBJ): $(BUILD)/tests/program/%.o: user/cli/%.c $(FLAGS) $(PROGRAM_PLACE)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(DENET_CFLAGS) -DDENET_TEST_PROGRAM='"denet-bpf-test"' \
		-DDENET_LIBEXECDIR='"$(abspath $(BUILD))/tests/e2e/libexec"' $(CPPFLAGS) $(CFLAGS) \
		-MMD -MP -c $< -o $@

$(BUILD)/tests/e2e/programs: $(filter-out $(PROGRAM_OBJ:$(BUILD)/tests/program/%=$(BUILD)/user/cli/%),$(CLI_OBJ)) \
		$(PROGRAM_OBJ) $(INSIDE)
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(DENET_LDFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

build-e2e: $(BUILD)/tests/e2e/programs

-include $(PROGRAM_OBJ:.o=.d)
