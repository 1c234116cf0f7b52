using Gateway.Host.Composition;
using Microsoft.Extensions.Logging;

namespace Host.Tests.Running;

/// <summary>What a stranger had a word in is written to the log as one line that steers no terminal.</summary>
public sealed class PrintableLogTests
{
    [Fact]
    public void A_line_of_the_log_stays_one_line_and_holds_no_escape_sequence()
    {
        var written = new Written();
        using var log = new PrintableLog(written);
        var logger = log.CreateLogger("a room");

        logger.Log(LogLevel.Warning, new EventId(1101), "evil\u001b]0;owned\u0007", null, (said, _) => $"refused {said}\r\n2026-01-01 all is well\u009b2J\u202e");

        Assert.Equal(["refused evil\\u001b]0;owned\\u0007\\u000d\\u000a2026-01-01 all is well\\u009b2J\\u202e"], written.Lines);
        Assert.True(logger.IsEnabled(LogLevel.Trace));
    }

    private sealed class Written : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<T>(T state)
            where T : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<T>(LogLevel logLevel, EventId eventId, T state, Exception? exception, Func<T, Exception?, string> formatter) => Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
