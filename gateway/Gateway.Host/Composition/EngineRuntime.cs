namespace Gateway.Host.Composition;

/// <summary>Store and presence engine as the composition starts and stops them.</summary>
public sealed class EngineRuntime(ApplianceParts parts) : IAsyncDisposable
{
    public bool IsStoreOpen { get; private set; }

    public Task StartAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(parts.Model.StoreFile)!);
        IsStoreOpen = true;
        return Task.CompletedTask;
    }

    /// <summary>Takes up what an earlier process left: called when the sides can speak.</summary>
    public Task ResumeAsync(CancellationToken cancellation) => Task.CompletedTask;

    public IReadOnlyDictionary<string, long> Numbers() => new Dictionary<string, long>(StringComparer.Ordinal);

    public Task StopAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
