using Gateway.Host.Configuration.Options;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>The least level that is logged, changeable while running.</summary>
public sealed class LogSwitch(LogLevelOption level)
{
    private volatile LogLevelOption current = level;

    public void Set(LogLevelOption to) => current = to;

    /// <summary>The frameworks below us speak only when something is wrong.</summary>
    public bool Passes(string? category, LogLevel level)
    {
        var least = current switch
        {
            LogLevelOption.Trace => LogLevel.Trace,
            LogLevelOption.Debug => LogLevel.Debug,
            LogLevelOption.Information => LogLevel.Information,
            LogLevelOption.Warning => LogLevel.Warning,
            _ => LogLevel.Error,
        };
        // The generic host tells a failed start with a stack; we have told it in one line.
        if (category?.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal) == true) return false;
        if (category?.StartsWith("Microsoft.", StringComparison.Ordinal) == true && least < LogLevel.Warning) least = LogLevel.Warning;
        return level >= least;
    }
}
