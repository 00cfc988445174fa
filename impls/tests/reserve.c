/* reserve.c -- proves that the pacer of `concurrent` keeps its bounds: beside a model of a program
 * that allocates at one speed while a thread marks at another, once it has learned both, marking
 * ends before the room does, whatever the speeds; and where there is much room, or far too little,
 * no cycle begins much before it must.  The same if marking takes 1.4 times as long in some cycle
 * as was learned.
 *
 * Where mutators must help much, an aide makes that less, and where there is most to gain they take
 * nearly twice as much in the same time.
 *
 * The model goes a block at a time, with a thread that takes 0.1 ms to wake up.  What a mutator
 * owes once it is awake it pays at once, and takes nothing meanwhile; marking goes on at the same
 * speed, as when it looks on or helps in turns, or at 1.8 times that, as with an aide. */
#include "concurrent/concurrent_pacer.h"
#include "parts/assert.h"

#include <stdbool.h>
#include <stdio.h>

enum { BLOCK = 1 << 14, WARM_CYCLES = 6, CYCLES = 30, WAKE_NS = 100000, HELP_NS = 150000 };
enum { STUMBLE_CYCLES = 12 }; /* one of so many is slow, if any is */
#define STEP_BYTES 24.0
#define MADE_LEAST 0.75  /* of the room, in a cycle */
#define AIDE 0.8         /* of the thread's speed */
#define HELD_UP_MOST 0.8 /* with an aide, of the time that it takes without */
#define GAIN_LEAST 1.85  /* with an aide, in bytes a nanosecond, in some plant */

struct plant {
    double live_bytes, room_bytes; /* room: beside what lives */
    double bytes_per_ns, ns_per_step;
    double stumble; /* times as long a slow cycle's steps take */
    double aide;    /* speed of marking by who helps, in that of the thread */
    /* What came of it, after the first cycles. */
    unsigned late; /* blocks for which there was no room */
    double helped_ns, all_ns;
    double taken_bytes;
};

/* Takes blocks until the cycle must begin; says how much that was. */
static double
plant_run_idle(struct plant *plant, const struct pacer *pacer, double room, double born, bool warm)
{
    double taken = 0;
    while (room - taken > pacer_needed_bytes(pacer, born + taken) && room - taken > BLOCK)
        taken += BLOCK;
    plant->all_ns += warm ? taken / plant->bytes_per_ns : 0;
    return taken;
}

/* Takes blocks while the graph is marked; says how much that was. */
static double
plant_run_marking(struct plant *plant, struct pacer *pacer, double room, double born, bool warm,
                  double ns_per_step)
{
    double all = plant->live_bytes / STEP_BYTES, done = 0, taken = 0, ns = 0, ran = 0, helped = 0,
           idle = WAKE_NS, aided_steps = 0;
    double debt = 0;
    pacer_begin(pacer, born, room, plant->aide > 0);
    while (done < all) {
        double free = BLOCK / plant->bytes_per_ns, pass = free;
        if (room - taken < BLOCK) {
            plant->late += warm;
            free = 0;
            pass = (all - done) * ns_per_step;
            helped += pass;
        } else {
            taken += BLOCK;
            const struct pacer_progress progress = { done, aided_steps, ran };
            debt = idle > 0 ? 0 : BLOCK * pacer_debt_per_byte(pacer, &progress, room - taken);
            debt = debt < HELP_NS ? debt : HELP_NS;
            helped += debt;
            pass += debt;
        }
        ns += pass;
        double marked = pass > idle ? pass - idle : 0;
        double aided = (marked < pass - free ? marked : pass - free) * plant->aide;
        ran += marked;
        done += (marked + aided) / ns_per_step;
        aided_steps += aided / ns_per_step;
        idle = pass > idle ? 0 : idle - pass;
    }
    pacer_learn_speed(pacer, all, all * ns_per_step);
    pacer_learn_help(pacer, aided_steps, helped);
    pacer_learn(pacer, &(struct pacer_cycle){ .born_bytes = born,
                                              .found_bytes = plant->live_bytes,
                                              .steps = all,
                                              .taken_bytes = taken,
                                              .free_ns = ns - helped,
                                              .runway_bytes = plant->room_bytes - taken });
    plant->all_ns += warm ? ns : 0;
    plant->helped_ns += warm ? helped : 0;
    return taken;
}

static void
plant_run(struct plant *plant)
{
    struct pacer pacer;
    pacer_init(&pacer, (double)HELP_NS / BLOCK);
    double black = 0;
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        bool warm = cycle >= WARM_CYCLES;
        double room = plant->room_bytes - black;
        double idle = plant_run_idle(plant, &pacer, room, black, warm);
        double speed = plant->ns_per_step * (cycle % STUMBLE_CYCLES ? 1 : plant->stumble);
        double taken = plant_run_marking(plant, &pacer, room - idle, black + idle, warm, speed);
        plant->taken_bytes += warm ? idle + taken : 0;
        black = taken;
    }
}

int
main(void)
{
    static const double lives[] = { 4e6, 60e6, 1e9 }, factors[] = { 0.3, 1, 4 };
    static const double speeds[] = { 0.1, 1, 4 }, marks[] = { 3, 10, 40 };
    enum { PLANTS = 2 * 3 * 3 * 3 * 3 };
    double without[PLANTS] = { 0 }; /* ns of help, of the same plant without an aide */
    double speed[PLANTS] = { 0 };   /* bytes a ns, of the same */
    double gain = 0;
    int failed = 0;
    unsigned tried = 0;
    for (unsigned i = 0; i < 2 * PLANTS; i++) {
        struct plant plant = { .live_bytes = lives[i % 3],
                               .room_bytes = lives[i % 3] * factors[i / 3 % 3],
                               .bytes_per_ns = speeds[i / 9 % 3],
                               .ns_per_step = marks[i / 27 % 3],
                               .stumble = i / 81 % 2 ? 1.4 : 1,
                               .aide = i / PLANTS ? AIDE : 0 };
        plant_run(&plant);
        double marking = plant.live_bytes / STEP_BYTES * plant.ns_per_step * plant.bytes_per_ns;
        bool slower = plant.aide > 0 && without[i % PLANTS] > plant.all_ns / 4 &&
                      plant.helped_ns > HELD_UP_MOST * without[i % PLANTS];
        without[i % PLANTS] = plant.helped_ns;
        double taken = plant.taken_bytes / plant.all_ns;
        if (plant.aide > 0)
            gain = taken / speed[i % PLANTS] > gain ? taken / speed[i % PLANTS] : gain;
        speed[i % PLANTS] = taken;
        bool easy = plant.stumble == 1 &&
                    4 * (marking + 1e6 * plant.bytes_per_ns) < plant.room_bytes;
        double cycles = CYCLES - WARM_CYCLES, each = plant.taken_bytes / cycles;
        bool eager = easy && each < 0.6 * plant.room_bytes;
        bool helps = easy && plant.helped_ns > plant.all_ns / 100;
        /* A mutator that helps for 0.15 ms with each block, once marking goes on, takes at least so
         * much. */
        double least = plant.stumble * marking / plant.bytes_per_ns / HELP_NS * BLOCK +
                       WAKE_NS * plant.bytes_per_ns;
        /* Where mutators are held up whatever is done, a cycle begins late, and makes room for
         * most. */
        bool hasty = marking > plant.room_bytes && 3 * least < 0.2 * plant.room_bytes &&
                     each < MADE_LEAST * plant.room_bytes;
        bool possible = least < 0.4 * plant.room_bytes, late = plant.late && possible;
        tried += possible;
        if (!late && !eager && !helps && !hasty && !slower)
            continue;
        failed = 1;
        printf(
            "pacer: live %.0f, room %.0f, %.1f bytes/ns, %.0f ns/step, %.1f x, aide %.1f: late %u, "
            "%.2f of the room used in a cycle, %.3f of the time spent on help\n",
            plant.live_bytes, plant.room_bytes, plant.bytes_per_ns, plant.ns_per_step,
            plant.stumble, plant.aide, plant.late, each / plant.room_bytes,
            plant.helped_ns / plant.all_ns);
    }
    mm_assert(tried > 240);
    mm_assert(gain >= GAIN_LEAST);
    return failed;
}
