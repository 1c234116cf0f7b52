using Lab;

namespace Appliance.Tests;

/// <summary>One running lab, shared by the tests of a class.</summary>
public abstract class StageFixture(StageOptions options) : IAsyncLifetime
{
    private Stage? _stage;

    public Stage Stage => _stage ?? throw new InvalidOperationException("the stage is not open");

    public async Task InitializeAsync() => _stage = await Lab.Stage.OpenAsync(options);

    public async Task DisposeAsync()
    {
        if (_stage is not null) await _stage.DisposeAsync();
    }
}
