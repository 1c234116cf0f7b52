using Gateway.Federation;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>Between our log lines and where they are written: whatever a stranger had a word in stays on its line and steers no terminal.</summary>
public sealed class PrintableLog(ILoggerProvider inner) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(inner.CreateLogger(categoryName));

    public void Dispose() => inner.Dispose();

    private sealed class Logger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<T>(T state)
            where T : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<T>(LogLevel logLevel, EventId eventId, T state, Exception? exception, Func<T, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, (said, defect) => PrintableText.Of(formatter(said, defect)));
    }
}
