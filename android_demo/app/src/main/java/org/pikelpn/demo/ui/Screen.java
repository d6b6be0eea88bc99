package org.pikelpn.demo.ui;

import android.app.Activity;
import android.graphics.Typeface;
import android.graphics.drawable.GradientDrawable;
import android.util.TypedValue;
import android.view.Gravity;
import android.view.View;
import android.view.ViewGroup;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.ProgressBar;
import android.widget.ScrollView;
import android.widget.TextView;
import org.pikelpn.demo.R;

/** Builds an activity's page: a heading and cards in a column that scrolls. */
final class Screen {
    private static final int GAP = 8;
    private static final int EDGE = 16;
    private static final int WIDEST = 640;
    private static final int STEPS = 1000;

    private final Activity activity;
    private final LinearLayout page;

    Screen(Activity activity, CharSequence title, CharSequence subtitle) {
        this.activity = activity;
        page = column();
        page.setPadding(pixels(EDGE), pixels(EDGE), pixels(EDGE), pixels(EDGE));
        TextView heading = text(title, 26, R.color.text);
        heading.setTypeface(Typeface.DEFAULT_BOLD);
        page.addView(heading);
        if (subtitle.length() > 0) {
            page.addView(text(subtitle, 14, R.color.faint));
        }
        ScrollView scroll = new ScrollView(activity);
        scroll.setFillViewport(true);
        scroll.setFitsSystemWindows(true);
        // On tablets and in landscape lines stay short enough to read.
        int width = Math.min(
                activity.getResources().getDisplayMetrics().widthPixels, pixels(WIDEST));
        LinearLayout middle = column();
        middle.setGravity(Gravity.CENTER_HORIZONTAL);
        middle.addView(page, new LinearLayout.LayoutParams(
                width, ViewGroup.LayoutParams.WRAP_CONTENT));
        scroll.addView(middle);
        activity.setContentView(scroll);
    }

    int pixels(float dips) {
        return Math.round(TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_DIP, dips,
                activity.getResources().getDisplayMetrics()));
    }

    LinearLayout column() {
        LinearLayout column = new LinearLayout(activity);
        column.setOrientation(LinearLayout.VERTICAL);
        return column;
    }

    /** A rounded card at the end of the page. */
    LinearLayout card() {
        LinearLayout card = column();
        GradientDrawable shape = new GradientDrawable();
        shape.setColor(activity.getColor(R.color.card));
        shape.setCornerRadius(pixels(12));
        card.setBackground(shape);
        card.setPadding(pixels(EDGE), pixels(12), pixels(EDGE), pixels(12));
        add(page, card);
        return card;
    }

    /** A small heading at the end of the page. */
    void section(int title) {
        TextView heading = text(activity.getString(title), 14, R.color.accent);
        heading.setTypeface(Typeface.DEFAULT_BOLD);
        add(page, heading);
    }

    /** Adds a view in full width, some way below the one before. */
    <V extends View> V add(LinearLayout column, V view) {
        LinearLayout.LayoutParams layout = new LinearLayout.LayoutParams(
                ViewGroup.LayoutParams.MATCH_PARENT, ViewGroup.LayoutParams.WRAP_CONTENT);
        layout.topMargin = pixels(GAP);
        column.addView(view, layout);
        return view;
    }

    TextView text(CharSequence content, float size, int color) {
        TextView text = new TextView(activity);
        text.setText(content);
        text.setTextSize(size);
        text.setTextColor(activity.getColor(color));
        return text;
    }

    /** A row with a name on the left and a value on the right. */
    void row(LinearLayout column, CharSequence name, CharSequence value) {
        LinearLayout row = new LinearLayout(activity);
        row.setPadding(0, pixels(3), 0, pixels(3));
        TextView left = text(name, 15, R.color.faint);
        left.setPadding(0, 0, pixels(EDGE), 0);
        row.addView(left);
        TextView right = text(value, 15, R.color.text);
        right.setGravity(Gravity.END);
        row.addView(right, new LinearLayout.LayoutParams(
                0, ViewGroup.LayoutParams.WRAP_CONTENT, 1));
        column.addView(row);
    }

    /** A bar that is filled up to a share, 0 to 1. */
    ProgressBar bar(double share) {
        ProgressBar bar = new ProgressBar(
                activity, null, android.R.attr.progressBarStyleHorizontal);
        bar.setMax(STEPS);
        bar.setProgress((int) (share * STEPS));
        return bar;
    }

    /** A filled button for what the page is for. */
    Button mainButton(int title, View.OnClickListener action) {
        Button button = button(title, action);
        button.setTextColor(activity.getColor(R.color.on_accent));
        GradientDrawable shape = new GradientDrawable();
        shape.setColor(activity.getColor(R.color.accent));
        shape.setCornerRadius(pixels(24));
        button.setBackground(shape);
        return button;
    }

    /** An outlined button. */
    Button button(int title, View.OnClickListener action) {
        Button button = new Button(activity);
        button.setText(title);
        button.setAllCaps(false);
        button.setTextColor(activity.getColor(R.color.accent));
        GradientDrawable shape = new GradientDrawable();
        shape.setStroke(pixels(1), activity.getColor(R.color.accent));
        shape.setCornerRadius(pixels(24));
        button.setBackground(shape);
        button.setStateListAnimator(null);
        button.setOnClickListener(action);
        return button;
    }
}
