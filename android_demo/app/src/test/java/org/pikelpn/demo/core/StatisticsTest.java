package org.pikelpn.demo.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import org.junit.Test;

public class StatisticsTest {
    // numpy.percentile([7, 1, 4, 2, 9], [0, 50, 90, 99, 100]) and so on.
    private final Statistics statistics = new Statistics(new double[] {7, 1, 4, 2, 9});

    @Test
    public void percentilesAreNumpys() {
        assertEquals(1, statistics.percentile(0), 0);
        assertEquals(4, statistics.percentile(50), 0);
        assertEquals(8.2, statistics.percentile(90), 1e-12);
        assertEquals(8.92, statistics.percentile(99), 1e-12);
        assertEquals(9, statistics.percentile(100), 0);
    }

    @Test
    public void momentsAreNumpys() {
        assertEquals(4.6, statistics.mean(), 1e-12);
        assertEquals(3.0066592756745814, statistics.deviation(), 1e-12);
        assertEquals(1, statistics.minimum(), 0);
        assertEquals(9, statistics.maximum(), 0);
        assertEquals(5, statistics.count());
    }

    @Test
    public void oneMeasurementIsItsOwnPercentile() {
        assertEquals(3, new Statistics(new double[] {3}).percentile(99), 0);
    }

    @Test
    public void refusesWhatIsNoTime() {
        assertThrows(IllegalArgumentException.class, () -> new Statistics(new double[0]));
        for (double wrong : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1}) {
            double[] values = {1, wrong};
            assertThrows(IllegalArgumentException.class, () -> new Statistics(values));
        }
        assertThrows(IllegalArgumentException.class, () -> statistics.percentile(101));
    }
}
