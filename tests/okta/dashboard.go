package okta

import (
	"net/http"
)

// App is an app as Okta lists it for whoever has it.
type App struct{ Label, Name, Link string }

// AppLists is how the org answers who asks for the apps of a session.
type AppLists struct {
	Status     int  // with which both lists are refused; default 200
	OnlyOnTabs bool // the Users API refuses, and the dashboard's own request does not
}

// AWSApps are n AWS apps of this org, each by another link, and one of another kind.
func (o *Org) AWSApps(n int) []App {
	apps := []App{{"Mail", "google", o.url + "/home/google/0oa1stsxTestMail5d7/50"}}
	links := []App{{"AWS Account Federation", "amazon_aws", o.url + embedPath}, {"AWS sandbox", "acme_awssandbox_1", o.url + ssoPath}}
	return append(apps, links[:n]...)
}

// SetApps changes what the dashboard lists.
func (o *Org) SetApps(apps []App) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cfg.Apps = apps
}

// SetAppLists changes how the lists of apps are answered.
func (o *Org) SetAppLists(lists AppLists) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cfg.AppLists = lists
}

func (o *Org) dashboardRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/users/me/appLinks", o.api("application/json", func(r *http.Request, _ message) answer {
		if o.cfg.AppLists.OnlyOnTabs {
			return refusedList(http.StatusForbidden)
		}
		return o.listed(r, func(links []any) any { return links })
	}))
	mux.HandleFunc("GET /api/v1/users/me/home/tabs", o.api("application/json", func(r *http.Request, _ message) answer {
		return o.listed(r, func(links []any) any {
			items := []any{}
			for _, link := range links {
				items = append(items, map[string]any{"resourceId": "0oa", "_embedded": map[string]any{"resource": link}})
			}
			return []any{map[string]any{"id": "sec1", "label": "Work", "_embedded": map[string]any{"items": items}}}
		})
	}))
}

// listed answers with the apps of a session, put as a list has them; the caller holds o.mu.
func (o *Org) listed(r *http.Request, put func(links []any) any) answer {
	if status := o.cfg.AppLists.Status; status != 0 {
		return refusedList(status)
	}
	if o.session(r) == nil {
		return refusedList(http.StatusForbidden)
	}
	apps := o.cfg.Apps
	if apps == nil {
		apps = o.AWSApps(1)
	}
	links := []any{}
	for i, app := range apps {
		links = append(links, map[string]any{"id": newID("00u"), "label": app.Label, "linkUrl": app.Link, "appName": app.Name,
			"logoUrl": nil, "hidden": false, "sortOrder": i, "credentialsSetup": false})
	}
	return answer{http.StatusOK, put(links)}
}

func refusedList(status int) answer {
	return answer{status, map[string]any{"errorCode": "E0000005", "errorSummary": "Invalid session", "errorCauses": []any{}}}
}
