namespace Load.Measure;

/// <summary>What became of all items of one run. <see cref="Measured"/> are the deliveries between warm-up and end.</summary>
internal sealed record PumpCounts(long Sent, long Delivered, long Measured, long Failed, long Lost, long Late, long Duplicates, long Answered);
