using k8s.Models;
using Storyline.Fixtures;

namespace Storyline.Charts;

public sealed class LaptopOverlayTests
{
    [Fact]
    public async Task Kustomize_LaptopOverlay_RendersServicesAndStoresStrictlyTyped()
    {
        var rendered = await RenderAsync();

        Assert.Equal(
            ["postgres", "rabbitmq", "redis", "storyline-enrich", "storyline-fetch", "storyline-parse", "storyline-partner", "storyline-search"],
            rendered.Workloads.Select(w => w.Name).Order(StringComparer.Ordinal));
        Assert.All(rendered.All.Where(o => o is not V1Namespace), o => Assert.Equal("storyline", o.Metadata.NamespaceProperty));
        Assert.All(rendered.Of<V1Service>(), service => Assert.Single(rendered.Workloads, w => w.IsSelectedBy(service.Spec.Selector)));
    }

    [Fact]
    public async Task Kustomize_EveryPod_MeetsRestricted()
    {
        var rendered = await RenderAsync();

        Assert.All(rendered.Workloads, workload => Assert.Empty(KubernetesObjects.BreachesOfRestricted(workload.Pod)));
        Assert.All(
            rendered.Workloads.Where(w => w.Name.StartsWith("storyline-", StringComparison.Ordinal)),
            workload => Assert.True(workload.Pod.Containers.Single().SecurityContext.ReadOnlyRootFilesystem));
    }

    [Fact]
    public async Task Kustomize_Stores_RunTheImagesThatTestsRun()
    {
        var images = (await RenderAsync()).Workloads.ToDictionary(w => w.Name, w => w.Pod.Containers.Single().Image, StringComparer.Ordinal);

        Assert.Equal(ContainerImages.RabbitMq, images["rabbitmq"]);
        Assert.Equal(ContainerImages.Postgres, images["postgres"]);
        Assert.Equal(ContainerImages.Redis, images["redis"]);
        Assert.Equal("storyline/fetch:0.1.0", images["storyline-fetch"]);
    }

    [Fact]
    public async Task Kustomize_EveryReference_IsToSomethingRendered()
    {
        var rendered = await RenderAsync();
        var secrets = rendered.Of<V1Secret>().Select(s => s.Name()).ToHashSet(StringComparer.Ordinal);
        var configs = rendered.Of<V1ConfigMap>().Select(c => c.Name()).ToHashSet(StringComparer.Ordinal);
        var claims = rendered.Of<V1PersistentVolumeClaim>().Select(c => c.Name()).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(["storyline-data-fetch", "storyline-data-search"], claims.Order(StringComparer.Ordinal));
        Assert.All(rendered.Workloads, workload =>
        {
            var container = workload.Pod.Containers.Single();
            Assert.All(container.EnvFrom ?? [], from => Assert.True(
                from.SecretRef is { } secret ? secrets.Contains(secret.Name) : configs.Contains(from.ConfigMapRef.Name)));
            Assert.All(container.Env ?? [], env => Assert.True(env.ValueFrom is null || secrets.Contains(env.ValueFrom.SecretKeyRef.Name)));
            Assert.All(workload.Pod.Volumes ?? [], volume => Assert.True(
                volume.PersistentVolumeClaim is null || claims.Contains(volume.PersistentVolumeClaim.ClaimName)));
        });
    }

    private static async Task<KubernetesObjects> RenderAsync()
    {
        var result = await PinnedTool.Kubectl.RunAsync(["kustomize", "k8s/overlays/laptop"], TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.Error);
        return KubernetesObjects.Parse(result.Output);
    }
}
