package commands

import (
	"cmp"
	"context"

	"stsx/session"
)

// regionsFor asks for the region of the roles of each partition.
func (r *commandRun) regionsFor(ctx context.Context, roles []session.Role) (map[string]string, error) {
	out := map[string]string{}
	for _, role := range roles {
		partition := role.Partition()
		if _, ok := out[partition]; ok {
			continue
		}
		region, err := r.regionIn(ctx, partition)
		if err != nil {
			return nil, err
		}
		out[partition] = region
	}
	return out, nil
}

// regionIn asks for the region of new profiles of partition.
func (r *commandRun) regionIn(ctx context.Context, partition string) (string, error) {
	prompt := "Region"
	if partition != "aws" {
		prompt += " in " + partition
	}
	return r.askRegion(ctx, prompt, r.usualRegion(partition), partition)
}

// askRegion is the region of --region where that is in partition, else asks until it gets
// one that is; Enter alone is usual.
func (r *commandRun) askRegion(ctx context.Context, prompt, usual, partition string) (string, error) {
	if given := r.settings.Region; given != "" && session.PartitionOf(given) == partition {
		return given, nil
	}
	prompt += " (Enter: " + cmp.Or(usual, "none") + ")"
	q := session.Question{Prompt: prompt, Empty: true, What: "a region", Give: "give it with --region"}
	for {
		region, err := r.drivers.Ask.Ask(ctx, q)
		if err != nil {
			return "", err
		}
		if region == "" {
			return usual, nil
		}
		problem := checkRegion(region, partition)
		if problem == "" {
			return region, nil
		}
		r.drivers.Ask.Say(problem)
	}
}

// usualRegion is the region of partition that the environment or AWS's configuration
// file names, "" when neither does.
func (r *commandRun) usualRegion(partition string) string {
	for _, region := range []string{r.Getenv("AWS_REGION"), r.Getenv("AWS_DEFAULT_REGION"), r.drivers.AWSFiles.Region()} {
		if checkRegion(region, partition) == "" {
			return region
		}
	}
	return ""
}

// checkRegion says why the roles of a partition can't be used in region.
func checkRegion(region, partition string) string {
	if err := session.CheckRegionName(region); err != nil {
		return err.Error()
	}
	return session.RegionClash(region, partition)
}
