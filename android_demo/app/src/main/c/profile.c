/*
 * The time of each operator, which the runtime tells its C API and not Java. Freestanding, as
 * xnnpack.c is.
 */
#include <stdint.h>

/* TfLiteTelemetryProfilerStruct of TensorFlow Lite 2.16. */
struct profiler {
    void *data;
    void (*event)(struct profiler *self, const char *name, uint64_t status);
    void (*operator_event)(struct profiler *self, const char *name, int64_t index,
                           int64_t subgraph, uint64_t status);
    void (*settings)(struct profiler *self, const char *name, const void *settings);
    uint32_t (*begin)(struct profiler *self, const char *name, int64_t index, int64_t subgraph);
    void (*end)(struct profiler *self, uint32_t handle);
    void (*took)(struct profiler *self, const char *name, uint64_t microseconds, int64_t index,
                 int64_t subgraph);
};

extern void *TfLiteModelCreate(const void *data, uint64_t size);
extern void TfLiteModelDelete(void *model);
extern void *TfLiteInterpreterOptionsCreate(void);
extern void TfLiteInterpreterOptionsDelete(void *options);
extern void TfLiteInterpreterOptionsSetNumThreads(void *options, int32_t threads);
extern void TfLiteInterpreterOptionsAddDelegate(void *options, void *delegate);
extern void TfLiteInterpreterOptionsSetTelemetryProfiler(void *options, struct profiler *profiler);
extern void *TfLiteInterpreterCreate(const void *model, const void *options);
extern void TfLiteInterpreterDelete(void *interpreter);
extern int TfLiteInterpreterAllocateTensors(void *interpreter);
extern int32_t TfLiteInterpreterGetInputTensorCount(const void *interpreter);
extern void *TfLiteInterpreterGetInputTensor(const void *interpreter, int32_t index);
extern uint64_t TfLiteTensorByteSize(const void *tensor);
extern void *TfLiteTensorData(const void *tensor);
extern int TfLiteInterpreterInvoke(void *interpreter);

/* What Java reads: engine/Profiler.java knows this layout. */
struct slot {
    int64_t nanoseconds;
    int64_t begun;
    int32_t index;
    int32_t inside_delegate;
    char name[104];
};

struct state {
    struct slot *slots;
    uint32_t capacity;
    uint32_t next;
    int32_t counts;
};

static int64_t now(void) {
    struct { int64_t seconds, nanoseconds; } time;
#if defined(__aarch64__)
    register int64_t number __asm__("x8") = 113;
    register int64_t clock __asm__("x0") = 1;
    register void *result __asm__("x1") = &time;
    __asm__ volatile("svc 0" : "+r"(clock) : "r"(number), "r"(result) : "memory");
#else
    int64_t number = 228;
    __asm__ volatile("syscall" : "+a"(number) : "D"(1), "S"(&time) : "rcx", "r11", "memory");
#endif
    return time.seconds * 1000000000 + time.nanoseconds;
}

/* The events of every run come in one order, so a place in it is an operator. */
static struct slot *next_slot(struct profiler *self, const char *name, int64_t index, int inside) {
    struct state *state = self->data;
    if (state->next >= state->capacity) {
        return 0;
    }
    struct slot *slot = &state->slots[state->next++];
    slot->index = (int32_t)index;
    slot->inside_delegate = inside;
    for (uint32_t i = 0; i + 1 < sizeof slot->name && name[i]; i++) {
        slot->name[i] = name[i];
    }
    return slot;
}

static uint32_t begin(struct profiler *self, const char *name, int64_t index, int64_t subgraph) {
    (void)subgraph;
    struct slot *slot = next_slot(self, name, index, 0);
    if (!slot) {
        return UINT32_MAX;
    }
    slot->begun = now();
    return (uint32_t)(slot - ((struct state *)self->data)->slots);
}

static void end(struct profiler *self, uint32_t handle) {
    struct state *state = self->data;
    if (handle < state->capacity && state->counts) {
        state->slots[handle].nanoseconds += now() - state->slots[handle].begun;
    }
}

static void took(struct profiler *self, const char *name, uint64_t microseconds, int64_t index,
                 int64_t subgraph) {
    (void)subgraph;
    struct slot *slot = next_slot(self, name, index, 1);
    if (slot && ((struct state *)self->data)->counts) {
        slot->nanoseconds += (int64_t)microseconds * 1000;
    }
}

static void event(struct profiler *self, const char *name, uint64_t status) {
    (void)self, (void)name, (void)status;
}

static void operator_event(struct profiler *self, const char *name, int64_t index,
                           int64_t subgraph, uint64_t status) {
    (void)self, (void)name, (void)index, (void)subgraph, (void)status;
}

static void settings(struct profiler *self, const char *name, const void *values) {
    (void)self, (void)name, (void)values;
}

static int32_t run(void *interpreter, struct state *state, int32_t runs) {
    if (TfLiteInterpreterAllocateTensors(interpreter)) {
        return -1;
    }
    for (int32_t i = 0; i < TfLiteInterpreterGetInputTensorCount(interpreter); i++) {
        const void *tensor = TfLiteInterpreterGetInputTensor(interpreter, i);
        /* Else the compiler calls memset, which is not there. */
        volatile char *data = TfLiteTensorData(tensor);
        for (uint64_t k = 0; k < TfLiteTensorByteSize(tensor); k++) {
            data[k] = 0;
        }
    }
    for (int32_t i = 0; i <= runs; i++) {
        state->next = 0;
        state->counts = i > 0;
        if (TfLiteInterpreterInvoke(interpreter)) {
            return -1;
        }
    }
    return (int32_t)state->next;
}

static void *address(void **environment, void *buffer) {
    /* GetDirectBufferAddress is entry 230 of JNI's table of functions. */
    void *(**table)(void *, void *) = *environment;
    return table[230](environment, buffer);
}

/* Number of slots that were filled, or -1 where the runtime fails. */
int32_t Java_org_pikelpn_demo_engine_Profiler_measure(
        void **environment, void *type, void *model_bytes, int64_t size, int64_t delegate,
        int32_t threads, int32_t runs, void *report, int32_t capacity) {
    (void)type;
    struct state state = {address(environment, report), (uint32_t)capacity, 0, 0};
    struct profiler profiler = {&state, event, operator_event, settings, begin, end, took};
    void *model = TfLiteModelCreate(address(environment, model_bytes), (uint64_t)size);
    if (!model) {
        return -1;
    }
    void *options = TfLiteInterpreterOptionsCreate();
    TfLiteInterpreterOptionsSetNumThreads(options, threads);
    if (delegate) {
        TfLiteInterpreterOptionsAddDelegate(options, (void *)(intptr_t)delegate);
    }
    TfLiteInterpreterOptionsSetTelemetryProfiler(options, &profiler);
    void *interpreter = TfLiteInterpreterCreate(model, options);
    int32_t filled = interpreter ? run(interpreter, &state, runs) : -1;
    if (interpreter) {
        TfLiteInterpreterDelete(interpreter);
    }
    TfLiteInterpreterOptionsDelete(options);
    TfLiteModelDelete(model);
    return filled;
}
