namespace Load.Measure;

/// <summary>The result of one scenario under one load.</summary>
internal sealed record Figures(string Subject, string Scenario, string Load, double Seconds, double PerSecond, double P50, double P99, double Longest, PumpCounts Counts, double BusyCores)
{
    public IReadOnlyList<ProcessFigures> Processes { get; init; } = [];

    public string Remark { get; init; } = "";

    /// <summary>CPU per item of everything that is not the generator, in microseconds.</summary>
    public double SubjectMicroseconds => Processes.Where(p => p.Name != ProcessFigures.Generator).Sum(p => p.MicrosecondsPerItem);
}

/// <summary>What one process used meanwhile: cores, CPU per item, memory at the end, largest memory.</summary>
internal sealed record ProcessFigures(string Name, double Cores, double MicrosecondsPerItem, double Mebibytes, double PeakMebibytes)
{
    public const string Generator = "load";
}
