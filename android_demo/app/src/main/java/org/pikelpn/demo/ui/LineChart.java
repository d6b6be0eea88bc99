package org.pikelpn.demo.ui;

import android.content.Context;
import android.graphics.Canvas;
import android.graphics.Paint;
import android.graphics.Path;
import android.view.View;
import java.util.Locale;
import org.pikelpn.demo.R;

/** Times in milliseconds over another quantity, from 0 upwards. */
final class LineChart extends View {
    private static final float HEIGHT = 140;
    private static final float LABEL = 11;
    private static final float DOT = 3;
    // More dots than this would hide the line.
    private static final int MOST_DOTS = 40;

    private final double[] x;
    private final double[] y;
    private final String unit;
    private final Paint line = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Paint dot = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Paint grid = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final Paint label = new Paint(Paint.ANTI_ALIAS_FLAG);
    private final float density;

    /**
     * Draws points from left to right.
     *
     * @param x rising quantity, as many as there are times
     * @param unit what stands behind the last x
     */
    LineChart(Context context, double[] x, double[] y, String unit) {
        super(context);
        this.x = x;
        this.y = y;
        this.unit = unit;
        density = getResources().getDisplayMetrics().density;
        line.setColor(context.getColor(R.color.accent));
        line.setStyle(Paint.Style.STROKE);
        line.setStrokeWidth(2 * density);
        line.setStrokeJoin(Paint.Join.ROUND);
        dot.setColor(line.getColor());
        grid.setColor(context.getColor(R.color.faint));
        grid.setAlpha(80);
        label.setColor(context.getColor(R.color.faint));
        label.setTextSize(LABEL * density);
        setContentDescription(String.format(Locale.ROOT,
                "%d times, the largest %.2f ms", y.length, largest(y)));
    }

    @Override
    protected void onMeasure(int width, int height) {
        setMeasuredDimension(MeasureSpec.getSize(width), Math.round(HEIGHT * density));
    }

    @Override
    protected void onDraw(Canvas canvas) {
        double top = largest(y);
        float bottom = getHeight() - 1.5f * LABEL * density;
        float roof = 1.5f * LABEL * density;
        canvas.drawLine(0, bottom, getWidth(), bottom, grid);
        canvas.drawLine(0, roof, getWidth(), roof, grid);
        canvas.drawText(String.format(Locale.ROOT, "%.2f ms", top), 0, roof - 4 * density, label);
        canvas.drawText("0", 0, getHeight() - 2 * density, label);
        String end = String.format(Locale.ROOT, "%.0f %s", x[x.length - 1], unit);
        canvas.drawText(end, getWidth() - label.measureText(end), getHeight() - 2 * density, label);
        drawLine(canvas, top, roof, bottom);
    }

    private void drawLine(Canvas canvas, double top, float roof, float bottom) {
        double start = x[0];
        double span = Math.max(x[x.length - 1] - start, 1e-9);
        float edge = DOT * density;
        Path path = new Path();
        for (int i = 0; i < y.length; i++) {
            float across = (float) ((x[i] - start) / span) * (getWidth() - 2 * edge) + edge;
            float up = bottom - (float) (y[i] / Math.max(top, 1e-9)) * (bottom - roof);
            if (i == 0) {
                path.moveTo(across, up);
            } else {
                path.lineTo(across, up);
            }
            if (y.length <= MOST_DOTS) {
                canvas.drawCircle(across, up, edge, dot);
            }
        }
        canvas.drawPath(path, line);
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, value);
        }
        return largest;
    }
}
