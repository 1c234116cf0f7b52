namespace Federation.Tests;

/// <summary>Time that stands still until a test moves it.</summary>
internal sealed class HandClock : TimeProvider
{
    private DateTimeOffset now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => now.Ticks;

    public void Advance(TimeSpan by) => now += by;
}
