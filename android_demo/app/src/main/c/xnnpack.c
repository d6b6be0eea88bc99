/*
 * XNNPACK as a delegate for Java. The runtime's own switch leaves models without float tensors to
 * its built-in kernels, so an integer model gets XNNPACK only when the delegate is handed over.
 * Freestanding: it needs no header and no C library, only the runtime.
 */
#include <stdint.h>

/* The head of the runtime's structure; the rest holds its own defaults. */
struct options {
    int32_t threads;
    uint32_t flags;
    char rest[248];
};

extern struct options TfLiteXNNPackDelegateOptionsDefault(void);
extern void *TfLiteXNNPackDelegateCreate(const struct options *options);
extern void TfLiteXNNPackDelegateDelete(void *delegate);

/* Integer kernels for signed and unsigned tensors. */
static const uint32_t INTEGER_KERNELS = 3;

int64_t Java_org_pikelpn_demo_engine_Xnnpack_create(void *java, void *type, int32_t threads) {
    (void)java;
    (void)type;
    struct options options = TfLiteXNNPackDelegateOptionsDefault();
    options.threads = threads;
    options.flags |= INTEGER_KERNELS;
    return (int64_t)(intptr_t)TfLiteXNNPackDelegateCreate(&options);
}

void Java_org_pikelpn_demo_engine_Xnnpack_delete(void *java, void *type, int64_t delegate) {
    (void)java;
    (void)type;
    TfLiteXNNPackDelegateDelete((void *)(intptr_t)delegate);
}
