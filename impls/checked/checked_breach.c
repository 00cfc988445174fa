/* checked_breach.c -- says which rule was broken, by name, and ends the process.
 *
 * A breach is seen in one of three ways: a call finds it in the books; the memory of a past
 * generation, which is inaccessible, is touched; or, built with ASan, a poisoned object is. */
#include "checked.h"
#include "checked_poison.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BREACH_STATUS = 4, BREACH_STACK_BYTES = 1 << 16, BREACH_LINE_BYTES = 512 };

static const char *const breach_rules[CHECKED_RULES] = {
    [CHECKED_UNROOTED] = "not rooted at a call that may collect, and used again",
    [CHECKED_MOVED] = "borrowed view used after a call that may collect",
    [CHECKED_OVERWRITTEN] = "borrowed view used after its object's last place was overwritten",
    [CHECKED_RAW_FIELD] = "field written other than by mm_store and its like",
    [CHECKED_RAW_ROOT] = "root written other than by mm_set and its like",
    [CHECKED_NO_FIELD] = "not a reference field of the object",
    [CHECKED_NO_PLACE] = "not a place that the manager knows",
    [CHECKED_NO_OBJECT] = "not an object",
    [CHECKED_IN_FLIGHT] = "mm_owned in flight across a call that may collect",
    [CHECKED_NEVER_LANDED] = "mm_owned that never landed",
    [CHECKED_LANDED_TWICE] = "mm_owned that was not in flight",
    [CHECKED_INIT_SET] = "mm_init of a field that was set",
    [CHECKED_INIT_LATE] = "mm_init after a call that may collect",
    [CHECKED_FREED_REACHABLE] = "freed, but still reachable",
    [CHECKED_FREED_TWICE] = "freed twice",
    [CHECKED_FREED_OTHERWISE] = "freed as another type or length",
    [CHECKED_FREED_USED] = "used after it was freed",
    [CHECKED_FREED_READ] = "a place was read that refers to a freed object",
    [CHECKED_LEAKED] = "never freed: malloc would leak it",
    [CHECKED_SCOPE_REACHED] = "scope ended, but a place outside refers to it",
    [CHECKED_SCOPE_USED] = "used after its scope ended",
    [CHECKED_SCOPE_ORDER] = "scopes ended out of order",
    [CHECKED_SCOPE_CLOSED] = "scope is not open",
    [CHECKED_SCOPE_INNERMOST] = "mm_new_in of the innermost scope",
    [CHECKED_SCOPE_LEFT_OPEN] = "detached with an open scope",
    [CHECKED_RESIZED_SCOPE] = "resized, but not of the innermost scope",
    [CHECKED_RESIZED_PLACES] = "resized, but another place refers to it",
    [CHECKED_RESIZED_OTHERWISE] = "resized as another type or length",
    [CHECKED_RESIZED_USED] = "used after it was resized",
    [CHECKED_FRAME_ORDER] = "locals left out of order",
    [CHECKED_NO_ROOT] = "not a root of this thread or of the program",
    [CHECKED_SPENT] = "a spent slot was read",
    [CHECKED_GLOBAL_SET] = "mm_global of a slot that is not null",
    [CHECKED_GLOBAL_TWICE] = "mm_global of a slot that is a root already",
    [CHECKED_GLOBAL_STATIC] = "mm_global of a slot that is not static",
    [CHECKED_CYCLE] = "in a cycle, but its type promised to be acyclic",
    [CHECKED_TYPE_ALIGN] = "type's align is no power of two up to 64",
    [CHECKED_TYPE_REFS] = "type's references lie beyond its size or beyond 512 bytes",
    [CHECKED_TYPE_TAIL] = "type's tail is none, or does not begin at a multiple of 8",
    [CHECKED_TYPE_ELEMENT] = "type's element is missing, empty, ragged or has a tail",
    [CHECKED_TYPE_NO_TAIL] = "units asked for, but the type has no tail",
    [CHECKED_PARKED] = "called while parked",
    [CHECKED_NOT_PARKED] = "mm_unpark without mm_park",
    [CHECKED_FOREIGN] = "mutator of another thread",
    [CHECKED_DETACHED_LOCALS] = "detached with live locals",
    [CHECKED_ATTACHED] = "heap destroyed with mutators attached",
    [CHECKED_NOT_COMING] = "thread neither parked nor in a call that may collect for 10 seconds",
    [CHECKED_OVERRUN] = "written beyond its end",
    [CHECKED_UNDEFINED] = "undefined or dead bytes used as an address",
};

static struct sigaction breach_outer; /* the action before ours */

void
checked_breach(enum checked_rule rule, struct checked_name name, const char *since)
{
    char line[BREACH_LINE_BYTES];
    char who[BREACH_LINE_BYTES / 2];
    if (name.type && name.birth)
        snprintf(who, sizeof who, "%s #%llu", name.type->name, (unsigned long long)name.birth);
    else
        snprintf(who, sizeof who, "%s", name.type ? name.type->name : "unknown object");
    const char *call = checked_heap.call;
    int length = snprintf(line, sizeof line, "checked: %s: %s%s%s%s%s%s\n", breach_rules[rule], who,
                          call || since ? " (" : "", call ? call : "",
                          since ? (call ? ", since " : "since ") : "", since ? since : "",
                          call || since ? ")" : "");
    if (length >= (int)sizeof line)
        length = sizeof line - 1;
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        _exit(BREACH_STATUS);
    _exit(BREACH_STATUS);
}

/* Names what lies at an address that was touched raw, if it is the referee's. */
static void
breach_touched(const void *address)
{
    if (!checked_on || !checked_space_spans(address))
        return;
    checked_heap.call = NULL;
    const struct checked_object *object = checked_space_find(address);
    if (!object)
        checked_space_stale(address);
    checked_object_usable(object);
}

/* The processor gives no address for a fault at one that it cannot form. */
static void
breach_on_fault(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    breach_touched(info->si_addr);
    if (checked_on && info->si_code == SI_KERNEL) {
        checked_heap.call = NULL;
        checked_breach(CHECKED_UNDEFINED, (struct checked_name){ 0 }, NULL);
    }
    sigaction(SIGSEGV, &breach_outer, NULL); /* it faults again, and the outer action has it */
}

void
checked_watch_faults(struct mm_mutator *m)
{
    stack_t outer;
    stack_t ours = { .ss_sp = malloc(BREACH_STACK_BYTES), .ss_size = BREACH_STACK_BYTES };
    if (!ours.ss_sp)
        mm_exhausted(BREACH_STACK_BYTES, 0);
    mm_assert(sigaltstack(&ours, &outer) == 0);
    m->signal_stack = ours.ss_sp;
    m->outer_stack = outer;
    struct sigaction action = { .sa_sigaction = breach_on_fault,
                                .sa_flags = SA_SIGINFO | SA_ONSTACK };
    sigemptyset(&action.sa_mask);
    if (checked_heap.attached == 0)
        mm_assert(sigaction(SIGSEGV, &action, &breach_outer) == 0);
}

void
checked_unwatch_faults(struct mm_mutator *m)
{
    sigaltstack(&m->outer_stack, NULL);
    free(m->signal_stack);
    if (checked_heap.attached == 0)
        sigaction(SIGSEGV, &breach_outer, NULL);
}

#ifdef CHECKED_ASAN
/* ASan calls this when it has found an error, before it reports it. */
void __asan_on_error(void);
void
__asan_on_error(void)
{
    breach_touched(__asan_get_report_address());
}
#endif
